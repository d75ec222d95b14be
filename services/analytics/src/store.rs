//! The ledger's tables: written whole from the facts of a case, one multi-row statement a table.

mod sums;
mod visits;

use std::collections::BTreeMap;

use contracts::messages::report_due::ReportDue;
use contracts::{ComplaintId, OrganisationId, SubjectRef};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use runtime::shell::Store;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Analytics;
use crate::reports;
use crate::state::CaseFacts;

/// What a decision writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// The present facts of one case.
    Case(Box<CaseRow>),
    /// A report is to be made.
    Report(Box<ReportRow>),
}

/// A report that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// Whose.
    pub organisation: OrganisationId,
    /// Which: the id of the event that asks for it.
    pub id: Uuid,
    /// The case that it is about; none for a period.
    pub complaint: Option<ComplaintId>,
    /// What it is.
    pub due: ReportDue,
}

/// The present facts of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Whose.
    pub organisation: OrganisationId,
    /// Which case.
    pub complaint: ComplaintId,
    /// The facts.
    pub facts: CaseFacts,
}

/// The ledger.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ledger;

impl Store<Analytics> for Ledger {
    /// Of several rows for one case the last holds.
    async fn write_rows(
        &self,
        transaction: &mut PgConnection,
        rows: Vec<(SubjectRef, Row)>,
    ) -> Result<(), sqlx::Error> {
        let (mut last, mut reports) = (BTreeMap::new(), Vec::new());
        for (_, row) in rows {
            match row {
                Row::Case(row) => drop(last.insert((row.organisation.to_string(), row.complaint), row.facts)),
                Row::Report(row) => reports.push(row),
            }
        }
        write_entries(&mut *transaction, &last).await?;
        visits::write(&mut *transaction, &last).await?;
        sums::settle(&mut *transaction, &last).await?;
        write_breaches(&mut *transaction, &last).await?;
        write_cases(&mut *transaction, &last).await?;
        write_closing(&mut *transaction, &last).await?;
        write_decisions(&mut *transaction, &last).await?;
        write_as_of(&mut *transaction, &last).await?;
        for report in &reports {
            reports::ask_for(&mut *transaction, report).await?;
        }
        Ok(())
    }
}

type Cases = BTreeMap<(String, ComplaintId), CaseFacts>;

fn time(at: Option<jiff::Timestamp>) -> Option<SqlTimestamp> {
    at.map(|at| at.to_sqlx())
}

fn whole(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

fn column<T>(cases: &Cases, of: impl Fn(&CaseFacts) -> T) -> Vec<T> {
    cases.values().map(of).collect()
}

fn keys(cases: &Cases) -> (Vec<String>, Vec<Uuid>) {
    cases.keys().map(|(organisation, complaint)| (organisation.clone(), complaint.0)).unzip()
}

async fn write_cases(connection: &mut PgConnection, cases: &Cases) -> Result<(), sqlx::Error> {
    let (organisations, complaints) = keys(cases);
    sqlx::query(
        "insert into case_fact (organisation, complaint, number, playbook, channel, customer_type, category,
             department, complained_of, received_at, registered_at, repeats, stage, level, instance, substantiated,
             proposed_fen, executed_fen, satisfaction, closed_at, outcome, breaches, escalations, as_of, kind, liable)
         select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
             $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::bool[], $13::text[], $14::int[],
             $15::int[], $16::bool[], $17::bigint[], $18::bigint[], $19::text[], $20::timestamptz[], $21::text[],
             $22::int[], $23::int[], $24::timestamptz[], $25::text[], $26::text[])
         on conflict (organisation, complaint) do update set
             number = excluded.number, playbook = excluded.playbook, channel = excluded.channel,
             customer_type = excluded.customer_type, category = excluded.category, department = excluded.department,
             complained_of = excluded.complained_of, received_at = excluded.received_at,
             registered_at = excluded.registered_at, repeats = excluded.repeats, stage = excluded.stage,
             level = excluded.level, instance = excluded.instance, substantiated = excluded.substantiated,
             proposed_fen = excluded.proposed_fen, executed_fen = excluded.executed_fen,
             satisfaction = excluded.satisfaction, closed_at = excluded.closed_at, outcome = excluded.outcome, breaches = excluded.breaches,
             escalations = excluded.escalations, as_of = excluded.as_of, kind = excluded.kind,
             liable = excluded.liable",
    )
    .bind(organisations)
    .bind(complaints)
    .bind(column(cases, |case| case.number.clone()))
    .bind(column(cases, |case| case.playbook.clone()))
    .bind(column(cases, |case| case.channel.clone()))
    .bind(column(cases, |case| case.customer_type.clone()))
    .bind(column(cases, |case| case.category().map(str::to_owned)))
    .bind(column(cases, |case| case.department().map(str::to_owned)))
    .bind(column(cases, |case| case.complained_of.as_ref().map(ToString::to_string)))
    .bind(column(cases, |case| time(case.received_at)))
    .bind(column(cases, |case| time(case.registered_at)))
    .bind(column(cases, |case| case.repeats()))
    .bind(column(cases, |case| case.stage.as_ref().map(ToString::to_string)))
    .bind(column(cases, |case| whole(case.level)))
    .bind(column(cases, |case| whole(case.instance)))
    .bind(column(cases, |case| case.substantiated()))
    .bind(column(cases, |case| case.proposed_fen))
    .bind(column(cases, |case| case.executed_fen))
    .bind(column(cases, |case| case.satisfaction().map(str::to_owned)))
    .bind(column(cases, |case| time(case.closed_at)))
    .bind(column(cases, |case| case.outcome.clone()))
    .bind(column(cases, |case| whole(case.breaches.len())))
    .bind(column(cases, |case| whole(case.escalations)))
    .bind(column(cases, |case| case.as_of.unwrap_or_default().to_sqlx()))
    .bind(column(cases, |case| case.kind.clone()))
    .bind(column(cases, |case| case.liable.clone()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Most events close no case.
async fn write_closing(connection: &mut PgConnection, cases: &Cases) -> Result<(), sqlx::Error> {
    let closed: Vec<_> = cases.iter().filter(|(_, case)| !case.closing.is_empty()).collect();
    if closed.is_empty() {
        return Ok(());
    }
    let points = |case: &CaseFacts| case.closing.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    sqlx::query(
        "update case_fact c set closing = string_to_array(known.points, ',')
         from unnest($1::text[], $2::uuid[], $3::text[]) as known (organisation, complaint, points)
         where c.organisation = known.organisation and c.complaint = known.complaint
             and c.closing is distinct from string_to_array(known.points, ',')",
    )
    .bind(closed.iter().map(|((organisation, _), _)| organisation.clone()).collect::<Vec<_>>())
    .bind(closed.iter().map(|((_, complaint), _)| complaint.0).collect::<Vec<_>>())
    .bind(closed.iter().map(|(_, case)| points(case)).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// What was decided, of cases in which something was proposed.
async fn write_decisions(connection: &mut PgConnection, cases: &Cases) -> Result<(), sqlx::Error> {
    let proposed: Vec<_> = cases.iter().filter(|(_, case)| case.proposed_fen.is_some()).collect();
    if proposed.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update case_fact c set remedies = string_to_array(known.remedies, ','), decided_at = known.decided_at
         from unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[])
             as known (organisation, complaint, remedies, decided_at)
         where c.organisation = known.organisation and c.complaint = known.complaint
             and (c.remedies, c.decided_at)
                 is distinct from (string_to_array(known.remedies, ','), known.decided_at)",
    )
    .bind(proposed.iter().map(|((organisation, _), _)| organisation.clone()).collect::<Vec<_>>())
    .bind(proposed.iter().map(|((_, complaint), _)| complaint.0).collect::<Vec<_>>())
    .bind(proposed.iter().map(|(_, case)| case.remedies.join(",")).collect::<Vec<_>>())
    .bind(proposed.iter().map(|(_, case)| time(case.decided_at())).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// A clock that ran out, whose limit was moved, and that ran out again is one breach with its last limit.
async fn write_breaches(connection: &mut PgConnection, cases: &Cases) -> Result<(), sqlx::Error> {
    let breaches: Vec<_> = cases
        .iter()
        .flat_map(|((organisation, complaint), case)| {
            case.breaches.iter().map(move |(clock, breach)| (organisation, complaint, clock, breach))
        })
        .collect();
    if breaches.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into breach as old (organisation, complaint, clock, clock_key, due, department, person)
         select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[])
         on conflict (organisation, complaint, clock) do update set
             due = excluded.due, department = excluded.department, person = excluded.person
         where (old.due, old.department, old.person)
             is distinct from (excluded.due, excluded.department, excluded.person)",
    )
    .bind(breaches.iter().map(|(organisation, ..)| (*organisation).clone()).collect::<Vec<_>>())
    .bind(breaches.iter().map(|(_, complaint, ..)| complaint.0).collect::<Vec<_>>())
    .bind(breaches.iter().map(|(_, _, clock, _)| clock.0).collect::<Vec<_>>())
    .bind(breaches.iter().map(|(.., breach)| breach.key.clone()).collect::<Vec<_>>())
    .bind(breaches.iter().map(|(.., breach)| breach.due.to_sqlx()).collect::<Vec<_>>())
    .bind(breaches.iter().map(|(.., breach)| breach.department.as_ref().map(ToString::to_string)).collect::<Vec<_>>())
    .bind(breaches.iter().map(|(.., breach)| breach.person.clone()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Entries that stand as they were are left alone.
async fn write_entries(connection: &mut PgConnection, cases: &Cases) -> Result<(), sqlx::Error> {
    let entries: Vec<_> = cases
        .iter()
        .flat_map(|((organisation, complaint), case)| {
            case.ledgers.values().map(move |entry| (organisation, complaint, entry))
        })
        .collect();
    if entries.is_empty() {
        return Ok(());
    }
    let json = |value: serde_json::Value| value.to_string();
    sqlx::query(
        "insert into ledger_entry as old (organisation, complaint, ledger, label, instance, pending, columns,
             entered_at, settled_at, search)
         select organisation, complaint, ledger, label::jsonb, instance, pending, columns::jsonb, entered_at,
             settled_at, search
         from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::bool[], $7::text[],
             $8::timestamptz[], $9::timestamptz[], $10::text[])
             as w (organisation, complaint, ledger, label, instance, pending, columns, entered_at, settled_at, search)
         on conflict (organisation, complaint, ledger) do update set
             label = excluded.label, instance = excluded.instance, pending = excluded.pending,
             columns = excluded.columns, entered_at = excluded.entered_at, settled_at = excluded.settled_at,
             search = excluded.search
         where (old.entered_at, old.settled_at, old.search, old.columns)
             is distinct from (excluded.entered_at, excluded.settled_at, excluded.search, excluded.columns)",
    )
    .bind(entries.iter().map(|(organisation, ..)| (*organisation).clone()).collect::<Vec<_>>())
    .bind(entries.iter().map(|(_, complaint, _)| complaint.0).collect::<Vec<_>>())
    .bind(entries.iter().map(|(.., entry)| entry.entered.ledger.to_string()).collect::<Vec<_>>())
    .bind(entries.iter().map(|(.., entry)| json(serde_json::json!(entry.entered.label))).collect::<Vec<_>>())
    .bind(entries.iter().map(|(.., entry)| whole(entry.entered.instance)).collect::<Vec<_>>())
    .bind(entries.iter().map(|(.., entry)| entry.entered.pending).collect::<Vec<_>>())
    .bind(entries.iter().map(|(.., entry)| json(serde_json::json!(entry.entered.columns))).collect::<Vec<_>>())
    .bind(entries.iter().map(|(.., entry)| entry.at.to_sqlx()).collect::<Vec<_>>())
    .bind(entries.iter().map(|(.., entry)| time(entry.settled_at)).collect::<Vec<_>>())
    .bind(entries.iter().map(|(.., entry)| entry.search()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// The time of the last event that was folded in. Replicas need not wait for each other over it: whose turn it is not
/// leaves it to the next batch.
async fn write_as_of(connection: &mut PgConnection, cases: &Cases) -> Result<(), sqlx::Error> {
    let mut latest: BTreeMap<&str, jiff::Timestamp> = BTreeMap::new();
    for ((organisation, _), case) in cases {
        let at = latest.entry(organisation).or_default();
        *at = (*at).max(case.as_of.unwrap_or_default());
    }
    sqlx::query(
        "with latest as (select * from unnest($1::text[], $2::timestamptz[]) as latest (organisation, as_of)),
         known as (
             select organisation from ledger_as_of where organisation in (select organisation from latest)
             order by organisation for update skip locked),
         moved as (
             update ledger_as_of l set as_of = greatest(l.as_of, latest.as_of)
             from latest join known using (organisation) where l.organisation = latest.organisation)
         insert into ledger_as_of (organisation, as_of)
         select organisation, as_of from latest
         where not exists (select from ledger_as_of l where l.organisation = latest.organisation)
         on conflict (organisation) do nothing",
    )
    .bind(latest.keys().map(|organisation| (*organisation).to_owned()).collect::<Vec<_>>())
    .bind(latest.values().map(|at| at.to_sqlx()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
