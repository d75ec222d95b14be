//! Routing's own tables. Rows of a batch come in the order they were decided; the last word on a row is written.

pub mod applications;
mod contacts;
pub mod scenarios;

use std::collections::BTreeMap;

use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{ComplaintId, OrganisationId, SubjectRef, WorkId};
use jiff_sqlx::ToSqlx as _;
use runtime::shell::Store;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::Routing;
use crate::affected::OpenWork;
use crate::applying::Version;
use crate::contacts::ContactRow;
use crate::rows::{CaseRow, HandoverRow, Row, WorkRow};

/// The store.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tables;

/// The last word of a batch on each row.
#[derive(Default)]
struct Last {
    works: BTreeMap<(OrganisationId, WorkId), Option<WorkRow>>,
    cases: BTreeMap<(OrganisationId, ComplaintId), CaseRow>,
    contacts: BTreeMap<(OrganisationId, ComplaintId), Option<ContactRow>>,
    changes: Vec<(String, Uuid, Vec<String>)>,
    applied: Vec<(OrganisationId, Uuid, Version)>,
    handovers: Vec<HandoverRow>,
    scenarios: Vec<(OrganisationId, PlaybookRef, String)>,
}

impl Last {
    fn of(rows: Vec<(SubjectRef, Row)>) -> Self {
        let mut last = Self::default();
        for (_, row) in rows {
            match row {
                Row::Work(row) => {
                    last.works.insert((row.organisation.clone(), row.work), Some(*row));
                }
                Row::WorkGone { organisation, work } => {
                    last.works.insert((organisation, work), None);
                }
                Row::Case(row) => {
                    last.cases.insert((row.organisation.clone(), row.complaint), *row);
                }
                Row::Contact(row) => {
                    last.contacts.insert((row.organisation.clone(), row.complaint), Some(*row));
                }
                Row::ContactGone { organisation, complaint } => {
                    last.contacts.insert((organisation, complaint), None);
                }
                Row::Apply { organisation, cause, version } => {
                    last.applied.push((organisation, cause, version));
                }
                Row::Handover(row) => last.handovers.push(row),
                Row::Scenarios { organisation, playbook, text } => {
                    last.scenarios.push((organisation, playbook, text));
                }
                Row::Reconsider { organisation, cause, people } => {
                    let people = people.iter().map(ToString::to_string).collect();
                    last.changes.push((organisation.to_string(), cause, people));
                }
            }
        }
        last
    }
}

impl Store<Routing> for Tables {
    async fn write_rows(
        &self,
        transaction: &mut PgConnection,
        rows: Vec<(SubjectRef, Row)>,
    ) -> Result<(), sqlx::Error> {
        let last = Last::of(rows);
        let (mut open, mut gone) = (Vec::new(), Vec::new());
        for (key, row) in last.works {
            match row {
                Some(row) => open.push(row),
                None => gone.push(key),
            }
        }
        put_work(transaction, &open).await?;
        remove_work(transaction, &gone).await?;
        put_cases(transaction, &last.cases.into_values().collect::<Vec<_>>()).await?;
        contacts::put(transaction, last.contacts).await?;
        note_changes(transaction, &last.changes).await?;
        put_handovers(transaction, &last.handovers).await?;
        scenarios::keep(transaction, &last.scenarios).await?;
        applications::note(transaction, &last.applied).await
    }
}

fn column<R, T>(rows: &[R], of: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

/// A level, epoch or count as PostgreSQL has it.
fn integer(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn text(word: &Option<impl ToString>) -> Option<String> {
    word.as_ref().map(ToString::to_string)
}

async fn put_work(connection: &mut PgConnection, rows: &[WorkRow]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into work (organisation, work, complaint, number, visit, epoch, task, stage, label_zh, label_en,
             department, role, secondary, person, instead_of, queued, due, level, category, requested_at, since, lacks,
             lane)
         select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::integer[], $7::text[],
             $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
             $16::text[], $17::timestamptz[], $18::integer[], $19::text[], $20::timestamptz[], $21::timestamptz[], $22::text[], $23::text[])
         on conflict (organisation, work) do update set
             epoch = excluded.epoch, label_zh = excluded.label_zh, label_en = excluded.label_en,
             department = excluded.department, person = excluded.person,
             instead_of = excluded.instead_of, queued = excluded.queued, due = excluded.due,
             level = excluded.level, category = excluded.category, since = excluded.since, lacks = excluded.lacks,
             lane = excluded.lane",
    )
    .bind(column(rows, |row| row.organisation.to_string()))
    .bind(column(rows, |row| row.work.0))
    .bind(column(rows, |row| row.complaint.0))
    .bind(column(rows, |row| row.number.clone()))
    .bind(column(rows, |row| row.visit.0))
    .bind(column(rows, |row| integer(row.epoch)))
    .bind(column(rows, |row| row.task.clone()))
    .bind(column(rows, |row| row.stage.to_string()))
    .bind(column(rows, |row| row.label.zh.clone()))
    .bind(column(rows, |row| row.label.en.clone()))
    .bind(column(rows, |row| row.department.to_string()))
    .bind(column(rows, |row| row.role.to_string()))
    .bind(column(rows, |row| text(&row.secondary)))
    .bind(column(rows, |row| text(&row.person)))
    .bind(column(rows, |row| text(&row.instead_of)))
    .bind(column(rows, |row| row.queued.clone()))
    .bind(column(rows, |row| row.due.map(|due| due.to_sqlx())))
    .bind(column(rows, |row| integer(row.level)))
    .bind(column(rows, |row| row.category.clone()))
    .bind(column(rows, |row| row.requested_at.to_sqlx()))
    .bind(column(rows, |row| row.since.to_sqlx()))
    .bind(column(rows, |row| row.lacks.clone()))
    .bind(column(rows, |row| row.lane.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn remove_work(
    connection: &mut PgConnection,
    gone: &[(OrganisationId, WorkId)],
) -> Result<(), sqlx::Error> {
    if gone.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "delete from work using unnest($1::text[], $2::uuid[]) as gone (organisation, work)
         where work.organisation = gone.organisation and work.work = gone.work",
    )
    .bind(column(gone, |(organisation, _)| organisation.to_string()))
    .bind(column(gone, |(_, work)| work.0))
    .execute(connection)
    .await?;
    Ok(())
}

async fn put_cases(connection: &mut PgConnection, rows: &[CaseRow]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into case_line (organisation, complaint, number, playbook, playbook_version, channel, category, place,
             stage, label_zh, label_en, department, level, instance, due, missed, registered_at, closed_at)
         select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[],
             $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::integer[], $14::integer[],
             $15::timestamptz[], $16::integer[], $17::timestamptz[], $18::timestamptz[])
         on conflict (organisation, complaint) do update set
             playbook_version = excluded.playbook_version, category = excluded.category, place = excluded.place,
             stage = excluded.stage,
             label_zh = excluded.label_zh, label_en = excluded.label_en, department = excluded.department,
             level = excluded.level, instance = excluded.instance, due = excluded.due, missed = excluded.missed,
             closed_at = excluded.closed_at",
    )
    .bind(column(rows, |row| row.organisation.to_string()))
    .bind(column(rows, |row| row.complaint.0))
    .bind(column(rows, |row| row.number.clone()))
    .bind(column(rows, |row| row.playbook.to_string()))
    .bind(column(rows, |row| integer(row.playbook_version)))
    .bind(column(rows, |row| row.channel.to_string()))
    .bind(column(rows, |row| row.category.clone()))
    .bind(column(rows, |row| row.place.as_str()))
    .bind(column(rows, |row| text(&row.stage)))
    .bind(column(rows, |row| row.label.as_ref().map(|label| label.zh.clone())))
    .bind(column(rows, |row| row.label.as_ref().map(|label| label.en.clone())))
    .bind(column(rows, |row| text(&row.department)))
    .bind(column(rows, |row| integer(row.level)))
    .bind(column(rows, |row| integer(row.instance)))
    .bind(column(rows, |row| row.due.map(|due| due.to_sqlx())))
    .bind(column(rows, |row| integer(row.missed)))
    .bind(column(rows, |row| row.registered_at.to_sqlx()))
    .bind(column(rows, |row| row.closed_at.map(|at| at.to_sqlx())))
    .execute(connection)
    .await?;
    Ok(())
}

async fn note_changes(
    connection: &mut PgConnection,
    changes: &[(String, Uuid, Vec<String>)],
) -> Result<(), sqlx::Error> {
    // Few and far between, and arrays of arrays do not unnest by rows.
    for (organisation, cause, people) in changes {
        sqlx::query(
            "insert into reconsider (organisation, cause, people) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(organisation)
        .bind(cause)
        .bind(people)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn put_handovers(connection: &mut PgConnection, rows: &[HandoverRow]) -> Result<(), sqlx::Error> {
    // A few at the end of each shift; the later word on one comes later.
    for row in rows {
        sqlx::query(
            "insert into handover (organisation, handover, department, written_at, acknowledged_at)
             values ($1, $2, $3, $4, $5)
             on conflict (organisation, handover) do update set acknowledged_at = excluded.acknowledged_at",
        )
        .bind(row.organisation.as_str())
        .bind(row.handover.0)
        .bind(row.department.as_str())
        .bind(row.written_at.to_sqlx())
        .bind(row.acknowledged_at.map(|at| at.to_sqlx()))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// A change of the directory that open work waits for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Change {
    /// Whose.
    pub organisation: String,
    /// Which.
    pub cause: Uuid,
    /// The people whose work may have to move.
    pub people: Vec<String>,
}

/// The changes that were not yet followed, oldest first.
///
/// # Errors
/// What PostgreSQL says.
pub async fn changes(pool: &PgPool) -> Result<Vec<Change>, sqlx::Error> {
    sqlx::query_as("select organisation, cause, people from reconsider order by since, cause limit 100")
        .fetch_all(pool)
        .await
}

/// How many changes were not yet followed.
///
/// # Errors
/// What PostgreSQL says.
pub async fn changes_waiting(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let waiting: i64 = sqlx::query_scalar("select count(*) from reconsider").fetch_one(pool).await?;
    Ok(waiting.unsigned_abs())
}

/// The open work that a change may move, after a piece of work, page by page.
///
/// # Errors
/// What PostgreSQL says, or an id in the table that is none.
pub async fn affected(
    pool: &PgPool,
    change: &Change,
    after: Option<WorkId>,
    most: i64,
) -> Result<Vec<OpenWork>, sqlx::Error> {
    let rows: Vec<(Uuid, Uuid, Option<String>)> = sqlx::query_as(
        "select complaint, work, person from work
         where organisation = $1 and (person is null or person = any($2)) and ($3::uuid is null or work > $3)
         order by work limit $4",
    )
    .bind(&change.organisation)
    .bind(&change.people)
    .bind(after.map(|work| work.0))
    .bind(most)
    .fetch_all(pool)
    .await?;
    let broken = |error: contracts::NotASlug| sqlx::Error::Decode(error.into());
    let organisation = OrganisationId::new(change.organisation.clone()).map_err(broken)?;
    rows.into_iter()
        .map(|(complaint, work, person)| {
            Ok(OpenWork {
                organisation: organisation.clone(),
                complaint: ComplaintId(complaint),
                work: WorkId(work),
                person: person.map(contracts::PersonId::new).transpose().map_err(broken)?,
            })
        })
        .collect()
}

/// A change was followed.
///
/// # Errors
/// What PostgreSQL says.
pub async fn followed(pool: &PgPool, change: &Change) -> Result<(), sqlx::Error> {
    sqlx::query("delete from reconsider where organisation = $1 and cause = $2")
        .bind(&change.organisation)
        .bind(change.cause)
        .execute(pool)
        .await?;
    Ok(())
}
