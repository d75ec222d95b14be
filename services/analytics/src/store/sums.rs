//! What is summed by the quarter of an hour, and what is open where. It is settled before cases and breaches are written:
//! what they add now is put to it, what they added as they stood before is taken away.
//!
//! Whoever writes holds the heads of these cases, so nobody else changes them meanwhile. Sums are locked in their order,
//! and late: replicas that write for one organisation wait for each other from here to the end of the batch.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::{Cases, column, keys, time};
use crate::state::CaseFacts;

/// Each case stands in the sums of its department and in those of the house (`''`).
const SETTLE: &str = "with now as (
         select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
             $7::text[], $8::bool[], $9::bool[], $10::bool[], $11::bigint[], $12::bigint[])
             as w (organisation, complaint, department, stage, registered_at, closed_at, satisfaction, repeats,
                 breached, escalated, proposed_fen, executed_fen)
     ), change as (
         select 1 as more, now.* from now
         union all
         select -1, organisation, complaint, c.department, c.stage, c.registered_at, c.closed_at, c.satisfaction,
             c.repeats, c.breaches > 0, c.escalations > 0, c.proposed_fen, c.executed_fen
         from case_fact c join now using (organisation, complaint)
     ), summed as (
         select change.*, of_department from change, lateral (
             select '' union all select department where department is not null) as d (of_department)
     ), registered as (
         insert into registered_quarter as old (organisation, department, quarter, cases, repeats, breached,
             escalated, open)
         select organisation, of_department, quarter_of(registered_at) as quarter, sum(more),
             sum(more * repeats::int), sum(more * breached::int), sum(more * escalated::int),
             sum(more * (closed_at is null)::int)
         from summed where registered_at is not null
         group by organisation, of_department, quarter
         having (sum(more), sum(more * repeats::int), sum(more * breached::int), sum(more * escalated::int),
             sum(more * (closed_at is null)::int)) <> (0, 0, 0, 0, 0)
         order by organisation, of_department, quarter
         on conflict (organisation, department, quarter) do update set
             cases = old.cases + excluded.cases, repeats = old.repeats + excluded.repeats,
             breached = old.breached + excluded.breached, escalated = old.escalated + excluded.escalated,
             open = old.open + excluded.open
     ), closed as (
         insert into closed_quarter as old (organisation, department, quarter, satisfaction, cases, proposed_fen,
             executed_fen)
         select organisation, of_department, quarter_of(closed_at) as quarter, satisfaction, sum(more),
             sum(more * coalesce(proposed_fen, 0)), sum(more * coalesce(executed_fen, 0))
         from summed where closed_at is not null
         group by organisation, of_department, quarter, satisfaction
         having (sum(more), sum(more * coalesce(proposed_fen, 0)), sum(more * coalesce(executed_fen, 0))) <> (0, 0, 0)
         order by organisation, of_department, quarter, satisfaction
         on conflict (organisation, department, quarter, satisfaction) do update set
             cases = old.cases + excluded.cases, proposed_fen = old.proposed_fen + excluded.proposed_fen,
             executed_fen = old.executed_fen + excluded.executed_fen
     )
     insert into open_place as old (organisation, department, stage, cases)
     select organisation, department, stage, sum(more) from change where closed_at is null
     group by organisation, department, stage having sum(more) <> 0
     order by organisation, department, stage
     on conflict (organisation, department, stage) do update set cases = old.cases + excluded.cases";

/// A clock that ran out is summed under the department that the case has now.
const SETTLE_BREACHES: &str = "with now as (
         select * from unnest($1::text[], $2::uuid[]) as w (organisation, complaint)
     ), change as (
         select 1 as more, organisation, department, due
         from unnest($3::text[], $4::text[], $5::timestamptz[]) as w (organisation, department, due)
         union all
         select -1, organisation, c.department, b.due
         from now join case_fact c using (organisation, complaint) join breach b using (organisation, complaint)
     )
     insert into ran_out_quarter as old (organisation, department, quarter, breaches)
     select organisation, of_department, quarter_of(due) as quarter, sum(more)
     from change, lateral (
         select '' union all select department where department is not null) as d (of_department)
     group by organisation, of_department, quarter having sum(more) <> 0
     order by organisation, of_department, quarter
     on conflict (organisation, department, quarter) do update set breaches = old.breaches + excluded.breaches";

pub(super) async fn settle(connection: &mut PgConnection, cases: &Cases) -> Result<(), sqlx::Error> {
    let (organisations, complaints) = keys(cases);
    // Planned for the tables as they are: a plan that was kept from when they were empty would read them whole.
    sqlx::query(SETTLE)
        .persistent(false)
        .bind(organisations)
        .bind(complaints)
        .bind(column(cases, department))
        .bind(column(cases, |case| case.stage.as_ref().map(ToString::to_string)))
        .bind(column(cases, |case| time(case.registered_at)))
        .bind(column(cases, |case| time(case.closed_at)))
        .bind(column(cases, |case| case.satisfaction().map(str::to_owned)))
        .bind(column(cases, CaseFacts::repeats))
        .bind(column(cases, |case| !case.breaches.is_empty()))
        .bind(column(cases, |case| case.escalations > 0))
        .bind(column(cases, |case| case.proposed_fen))
        .bind(column(cases, |case| case.executed_fen))
        .execute(&mut *connection)
        .await?;
    settle_breaches(connection, cases).await
}

/// Most cases have none, and none that had one is without.
async fn settle_breaches(connection: &mut PgConnection, cases: &Cases) -> Result<(), sqlx::Error> {
    let breaches: Vec<_> = cases
        .iter()
        .flat_map(|((organisation, _), case)| {
            case.breaches.values().map(move |one| (organisation, case, one))
        })
        .collect();
    if breaches.is_empty() {
        return Ok(());
    }
    let (organisations, complaints) = keys(cases);
    sqlx::query(SETTLE_BREACHES)
        .persistent(false)
        .bind(organisations)
        .bind(complaints)
        .bind(breaches.iter().map(|(organisation, ..)| (*organisation).clone()).collect::<Vec<_>>())
        .bind(breaches.iter().map(|(_, case, _)| department(case)).collect::<Vec<_>>())
        .bind(breaches.iter().map(|(.., breach)| breach.due.to_sqlx()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

fn department(case: &CaseFacts) -> Option<String> {
    case.department().map(str::to_owned)
}
