//! Lists: work and cases, filtered, most urgent first, page by page.
//!
//! A page goes on from the last line's due time and id, so that it costs the same wherever it starts.

use contracts::messages::complaint_registered::PlaybookRef;
use contracts::queries::routing::{
    CaseHolder, CaseLine, CasePlace, CasesAsked, CasesPage, WorkAsked, WorkHeld, WorkItem, WorkPage,
};
use contracts::{ComplaintId, OrganisationId, PlaybookId, Problem, ProblemCode, Text, VisitId, WorkId};
use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use sqlx::PgPool;
use uuid::Uuid;

use super::away;

/// Lines of a page, when nothing is said.
const USUAL: u32 = 50;
/// Lines of a page at most.
const MOST: u32 = 200;

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    due: Option<Timestamp>,
    id: Uuid,
}

fn no_place() -> Problem {
    Problem::new(ProblemCode::InvalidField, "that is not where a page ended")
        .at("/after")
        .expected("the `next` of the page before, as it was")
}

impl Place {
    fn text(self) -> String {
        format!("{}~{}", self.due.map_or_else(String::new, |due| due.to_string()), self.id)
    }

    fn read(text: &str) -> Result<Self, Problem> {
        let (due, id) = text.split_once('~').ok_or_else(no_place)?;
        let due = if due.is_empty() { None } else { Some(due.parse().map_err(|_| no_place())?) };
        Ok(Self { due, id: id.parse().map_err(|_| no_place())? })
    }
}

/// Where a page of what always has a time ended.
///
/// # Errors
/// `invalid-field` for a place that is none.
pub(super) fn place(text: &str) -> Result<(Timestamp, Uuid), Problem> {
    let place = Place::read(text)?;
    place.due.map(|at| (at, place.id)).ok_or_else(no_place)
}

/// How many lines a page has at most.
pub(super) fn page_size(limit: Option<u32>) -> usize {
    limit.unwrap_or(USUAL).clamp(1, MOST) as usize
}

fn page(after: Option<&String>, limit: Option<u32>) -> Result<(Option<Place>, i64), Problem> {
    let after = after.map(|text| Place::read(text)).transpose()?;
    Ok((after, i64::try_from(page_size(limit)).unwrap_or(i64::MAX)))
}

pub(super) fn number(from: i32) -> u32 {
    u32::try_from(from).unwrap_or(0)
}

fn integer(from: u32) -> i32 {
    i32::try_from(from).unwrap_or(i32::MAX)
}

fn instant(at: Option<SqlTimestamp>) -> Option<Timestamp> {
    at.map(SqlTimestamp::to_jiff)
}

pub(super) fn key<K>(text: String) -> Result<K, Problem>
where
    K: std::str::FromStr<Err = contracts::NotASlug>,
{
    text.parse().map_err(away)
}

#[derive(sqlx::FromRow)]
struct WorkLine {
    work: Uuid,
    complaint: Uuid,
    number: String,
    visit: Uuid,
    epoch: i32,
    task: String,
    stage: String,
    label_zh: String,
    label_en: String,
    department: String,
    role: String,
    person: Option<String>,
    instead_of: Option<String>,
    queued: Option<String>,
    due: Option<SqlTimestamp>,
    level: i32,
    category: Option<String>,
    requested_at: SqlTimestamp,
    since: SqlTimestamp,
    lacks: Option<String>,
    lane: String,
}

impl TryFrom<WorkLine> for WorkItem {
    type Error = Problem;
    fn try_from(line: WorkLine) -> Result<Self, Problem> {
        Ok(Self {
            work: WorkId(line.work),
            complaint: ComplaintId(line.complaint),
            number: line.number,
            visit: VisitId(line.visit),
            epoch: number(line.epoch),
            task: line.task,
            stage: key(line.stage)?,
            label: Text { zh: line.label_zh, en: line.label_en },
            department: key(line.department)?,
            role: key(line.role)?,
            person: line.person.map(key).transpose()?,
            instead_of: line.instead_of.map(key).transpose()?,
            queued: line.queued,
            due: instant(line.due),
            level: number(line.level),
            category: line.category,
            requested_at: line.requested_at.to_jiff(),
            since: line.since.to_jiff(),
            lane: line.lane.parse().map_err(away)?,
            lacks: line.lacks.iter().flat_map(|lacks| lacks.split(',')).map(str::to_owned).collect(),
        })
    }
}

/// Open work.
///
/// # Errors
/// `invalid-field` for a place that is none; `unavailable` when the store is away.
pub(super) async fn work(
    pool: &PgPool,
    organisation: &OrganisationId,
    asked: &WorkAsked,
) -> Result<WorkPage, Problem> {
    let (after, limit) = page(asked.after.as_ref(), asked.limit)?;
    let mut sql = sqlx::QueryBuilder::new(
        "select work, complaint, number, visit, epoch, task, stage, label_zh, label_en, department, role, person,
             instead_of, queued, due, level, category, requested_at, since, lacks, lane
         from work where organisation = ",
    );
    sql.push_bind(organisation.as_str());
    let words = [
        (" and person = ", asked.person.as_ref().map(ToString::to_string)),
        (" and department = ", asked.department.as_ref().map(ToString::to_string)),
        (" and role = ", asked.role.as_ref().map(ToString::to_string)),
        (" and stage = ", asked.stage.as_ref().map(ToString::to_string)),
        (" and lane = ", asked.lane.map(|lane| lane.to_string())),
    ];
    for (column, word) in words {
        if let Some(word) = word {
            sql.push(column).push_bind(word);
        }
    }
    match asked.held {
        Some(WorkHeld::Held) => drop(sql.push(" and person is not null")),
        Some(WorkHeld::Queued) => drop(sql.push(" and person is null")),
        None => {}
    }
    if let Some(complaint) = asked.complaint {
        sql.push(" and complaint = ").push_bind(complaint.0);
    }
    match asked.tasks.as_deref() {
        // One alone is read in the order of an index.
        Some([task]) => drop(sql.push(" and task = ").push_bind(task)),
        Some(tasks) => drop(sql.push(" and task = any(").push_bind(tasks).push(")")),
        None => {}
    }
    narrow(&mut sql, asked.level, asked.due_before);
    go_on(&mut sql, "work", after, limit);
    let lines: Vec<WorkLine> = sql.build_query_as().fetch_all(pool).await.map_err(away)?;
    let full = i64::try_from(lines.len()).is_ok_and(|found| found == limit);
    let items = lines.into_iter().map(WorkItem::try_from).collect::<Result<Vec<_>, _>>()?;
    let last = items.last().filter(|_| full).map(|item| Place { due: item.due, id: item.work.0 }.text());
    Ok(WorkPage { items, next: last })
}

type Sql = sqlx::QueryBuilder<sqlx::Postgres>;

fn narrow(sql: &mut Sql, level: Option<u32>, due_before: Option<Timestamp>) {
    if let Some(level) = level {
        sql.push(" and level >= ").push_bind(integer(level));
    }
    if let Some(before) = due_before {
        sql.push(" and due < ").push_bind(before.to_sqlx());
    }
}

fn go_on(sql: &mut Sql, id: &'static str, after: Option<Place>, limit: i64) {
    if let Some(after) = after {
        sql.push(" and (due_order, ").push(id).push(") > (coalesce(");
        sql.push_bind(after.due.map(|due| due.to_sqlx())).push(", 'infinity'::timestamptz), ");
        sql.push_bind(after.id).push(")");
    }
    sql.push(" order by due_order, ").push(id).push(" limit ").push_bind(limit);
}

#[derive(sqlx::FromRow)]
struct CaseFound {
    complaint: Uuid,
    number: String,
    playbook: String,
    playbook_version: i32,
    channel: String,
    category: Option<String>,
    place: String,
    stage: Option<String>,
    label_zh: Option<String>,
    label_en: Option<String>,
    department: Option<String>,
    level: i32,
    instance: i32,
    due: Option<SqlTimestamp>,
    missed: i32,
    registered_at: SqlTimestamp,
    closed_at: Option<SqlTimestamp>,
}

impl TryFrom<CaseFound> for CaseLine {
    type Error = Problem;
    fn try_from(found: CaseFound) -> Result<Self, Problem> {
        let place = CasePlace::ALL.into_iter().find(|place| place.as_str() == found.place);
        let label = found.label_zh.zip(found.label_en).map(|(zh, en)| Text { zh, en });
        Ok(Self {
            complaint: ComplaintId(found.complaint),
            number: found.number,
            playbook: PlaybookRef { id: key(found.playbook)?, version: number(found.playbook_version) },
            channel: key(found.channel)?,
            category: found.category,
            place: place.ok_or_else(|| away(format!("no place is called {}", found.place)))?,
            stage: found.stage.map(key).transpose()?,
            label,
            department: found.department.map(key).transpose()?,
            level: number(found.level),
            instance: number(found.instance),
            due: instant(found.due),
            missed: number(found.missed),
            registered_at: found.registered_at.to_jiff(),
            closed_at: instant(found.closed_at),
            holders: Vec::new(),
        })
    }
}

/// Cases.
///
/// # Errors
/// `invalid-field` for a place that is none; `unavailable` when the store is away.
pub(super) async fn cases(
    pool: &PgPool,
    organisation: &OrganisationId,
    asked: &CasesAsked,
) -> Result<CasesPage, Problem> {
    let (after, limit) = page(asked.after.as_ref(), asked.limit)?;
    let mut sql = sqlx::QueryBuilder::new(
        "select complaint, number, playbook, playbook_version, channel, category, place, stage, label_zh, label_en,
             department, level, instance, due, missed, registered_at, closed_at
         from case_line where organisation = ",
    );
    sql.push_bind(organisation.as_str());
    let words = [
        (" and place = ", asked.place.map(|place| place.as_str().to_owned())),
        (" and stage = ", asked.stage.as_ref().map(ToString::to_string)),
        (" and department = ", asked.department.as_ref().map(ToString::to_string)),
        (" and number = ", asked.number.clone()),
    ];
    for (column, word) in words {
        if let Some(word) = word {
            sql.push(column).push_bind(word);
        }
    }
    match asked.missed {
        Some(true) => drop(sql.push(" and missed > 0")),
        Some(false) => drop(sql.push(" and missed = 0")),
        None => {}
    }
    if let Some(complaints) = &asked.complaints {
        let ids: Vec<_> = complaints.iter().map(|complaint| complaint.0).collect();
        sql.push(" and complaint = any(").push_bind(ids).push(")");
    }
    narrow(&mut sql, asked.level, asked.due_before);
    go_on(&mut sql, "complaint", after, limit);
    let found: Vec<CaseFound> = sql.build_query_as().fetch_all(pool).await.map_err(away)?;
    let full = i64::try_from(found.len()).is_ok_and(|found| found == limit);
    let mut items = found.into_iter().map(CaseLine::try_from).collect::<Result<Vec<_>, _>>()?;
    put_holders(pool, organisation, &mut items).await?;
    let last = items.last().filter(|_| full).map(|item| Place { due: item.due, id: item.complaint.0 }.text());
    Ok(CasesPage { items, next: last })
}

/// Of a piece of work: case, task, department, who holds it, and for whom.
type Held = (Uuid, String, String, Option<String>, Option<String>);

/// Who holds the work of these cases, the most urgent first.
async fn put_holders(
    pool: &PgPool,
    organisation: &OrganisationId,
    items: &mut [CaseLine],
) -> Result<(), Problem> {
    let complaints: Vec<_> = items.iter().map(|item| item.complaint.0).collect();
    let held: Vec<Held> = sqlx::query_as(
        "select complaint, task, department, person, instead_of from work
         where organisation = $1 and complaint = any($2) order by due_order, work",
    )
    .bind(organisation.as_str())
    .bind(complaints)
    .fetch_all(pool)
    .await
    .map_err(away)?;
    for (complaint, task, department, person, instead_of) in held {
        let Some(item) = items.iter_mut().find(|item| item.complaint.0 == complaint) else { continue };
        item.holders.push(CaseHolder {
            task,
            department: key(department)?,
            person: person.map(key).transpose()?,
            instead_of: instead_of.map(key).transpose()?,
        });
    }
    Ok(())
}

/// The problem of a case that is not there.
pub(super) fn no_case() -> Problem {
    Problem::new(ProblemCode::NotFound, "routing knows no such case")
}

/// The case of a number.
///
/// # Errors
/// `not-found`; `unavailable` when the store is away.
pub(super) async fn by_number(
    pool: &PgPool,
    organisation: &OrganisationId,
    number: &str,
) -> Result<ComplaintId, Problem> {
    let found: Option<Uuid> =
        sqlx::query_scalar("select complaint from case_line where organisation = $1 and number = $2 limit 1")
            .bind(organisation.as_str())
            .bind(number)
            .fetch_optional(pool)
            .await
            .map_err(away)?;
    found.map(ComplaintId).ok_or_else(|| no_case().at("/number"))
}

/// The playbooks that were ever published.
///
/// # Errors
/// `unavailable` when the store is away.
pub(super) async fn playbook_ids(
    pool: &PgPool,
    organisation: &OrganisationId,
) -> Result<Vec<PlaybookId>, Problem> {
    let ids: Vec<String> =
        sqlx::query_scalar("select id from head where organisation = $1 and kind = 'playbook' order by id")
            .bind(organisation.as_str())
            .fetch_all(pool)
            .await
            .map_err(away)?;
    ids.into_iter().map(key).collect()
}

/// How many cases there are, by place. An open case has a main place or a parked reason.
///
/// # Errors
/// `unavailable` when the store is away.
pub(super) async fn counts(
    pool: &PgPool,
    organisation: &OrganisationId,
) -> Result<serde_json::Value, Problem> {
    let (counts,): (serde_json::Value,) = sqlx::query_as(
        "select jsonb_build_object('routed', count(*), 'closed', count(closed_at),
             'open', count(*) filter (where closed_at is null), 'parked', count(*) filter (where place = 'parked'))
         from case_line where organisation = $1",
    )
    .bind(organisation.as_str())
    .fetch_one(pool)
    .await
    .map_err(away)?;
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nothing_else_does() {
        let id = Uuid::from_u128(7);
        for due in [None, Some("2025-03-07T02:00:00Z".parse().unwrap())] {
            let place = Place { due, id };
            assert_eq!(Place::read(&place.text()).unwrap(), place);
        }
        assert_eq!(Place::read("x").unwrap_err().field.as_deref(), Some("/after"));
        assert!(Place::read("~").is_err());
    }
}
