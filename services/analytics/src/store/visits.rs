//! The visits of cases, and how long each department had cases: the second follows from the first in one statement.

use contracts::{ComplaintId, StageKind};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Cases, time};
use crate::state::{CaseFacts, Left, VisitTime};

/// Visits that are written as they were are left alone: most events of a case change one of them or none. What a visit
/// adds to the time that its department had cases, and what it added as it stood before, is settled with it. Whoever
/// writes holds the heads of these cases, so nobody else changes their visits meanwhile; sums are locked in their order.
const WRITE: &str = "with written as (
         select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[],
             $7::timestamptz[], $8::timestamptz[], $9::text[], $10::text[])
             as w (organisation, complaint, visit, stage, kind, department, entered_at, left_at, outcome, by_person)
     ), difference as (
         select organisation, left_at, department, 1 as visits, extract(epoch from left_at - entered_at) as seconds
         from written
         union all
         select organisation, o.left_at, o.department, -1, extract(epoch from o.entered_at - o.left_at)
         from stage_time o join written using (organisation, complaint, visit)
     ), summed as (
         insert into ownership_quarter as old (organisation, department, quarter, visits, seconds)
         select organisation, department, quarter_of(left_at) as quarter, sum(visits), sum(seconds)
         from difference where seconds is not null
         group by organisation, department, quarter having sum(visits) <> 0 or sum(seconds) <> 0
         order by organisation, department, quarter
         on conflict (organisation, department, quarter) do update set
             visits = old.visits + excluded.visits, seconds = old.seconds + excluded.seconds
     )
     insert into stage_time as old (organisation, complaint, visit, stage, kind, department, entered_at, left_at,
         outcome, by_person)
     select * from written
     on conflict (organisation, complaint, visit) do update set
         stage = excluded.stage, kind = excluded.kind, department = excluded.department,
         entered_at = excluded.entered_at, left_at = excluded.left_at, outcome = excluded.outcome,
         by_person = excluded.by_person
     where (old.stage, old.kind, old.department, old.entered_at, old.left_at, old.outcome, old.by_person)
         is distinct from (excluded.stage, excluded.kind, excluded.department, excluded.entered_at,
             excluded.left_at, excluded.outcome, excluded.by_person)";

pub(super) async fn write(connection: &mut PgConnection, cases: &Cases) -> Result<(), sqlx::Error> {
    let visits: Vec<Visited<'_>> = cases.iter().flat_map(visited).collect();
    if visits.is_empty() {
        return Ok(());
    }
    // Planned for the table as it is: a plan that was kept from when it was empty would read it whole.
    sqlx::query(WRITE)
        .persistent(false)
        .bind(column(&visits, |visit| visit.organisation.to_owned()))
        .bind(column(&visits, |visit| visit.complaint))
        .bind(column(&visits, |visit| visit.visit))
        .bind(column(&visits, |visit| visit.times.stage.as_ref().map(ToString::to_string)))
        .bind(column(&visits, |visit| visit.times.kind.map(StageKind::as_str)))
        .bind(column(&visits, |visit| visit.times.department.as_ref().map(ToString::to_string)))
        .bind(column(&visits, |visit| time(visit.times.entered_at)))
        .bind(column(&visits, |visit| time(visit.left.as_ref().map(|left| left.at))))
        .bind(column(&visits, |visit| visit.left.as_ref().map(|left| left.outcome.clone())))
        .bind(column(&visits, |visit| visit.left.as_ref().and_then(|left| left.by.clone())))
        .execute(connection)
        .await?;
    Ok(())
}

fn column<T>(visits: &[Visited<'_>], of: impl Fn(&Visited<'_>) -> T) -> Vec<T> {
    visits.iter().map(of).collect()
}

/// One visit on its way into the table.
struct Visited<'a> {
    organisation: &'a str,
    complaint: Uuid,
    visit: Uuid,
    times: &'a VisitTime,
    left: Option<Left>,
}

fn visited<'a>(
    ((organisation, complaint), case): (&'a (String, ComplaintId), &'a CaseFacts),
) -> impl Iterator<Item = Visited<'a>> {
    case.visits.iter().map(move |(visit, times)| Visited {
        organisation,
        complaint: complaint.0,
        visit: visit.0,
        times,
        left: times.left(),
    })
}
