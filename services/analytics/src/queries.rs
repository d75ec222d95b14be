//! Read-only answers for the gateway: the ledger by cursor, counts, stage times, breaches; each says its "as of".
//!
//! Statements with optional filters are not kept prepared: each is planned for the filters that are there, so that each
//! finds its index.

use contracts::commands::Actor;
use contracts::queries::Query;
use contracts::queries::analytics::{
    BREACHES, COUNTS, LEDGER, LEDGER_ENTRIES, NAMES, OVERVIEW, PRECEDENTS, REPORT, REPORTS, STAGE_TIMES,
};
use contracts::{DepartmentId, OrganisationId, Problem, ProblemCode};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use runtime::requests::Queries;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;

mod cases;
mod ledgers;
mod overview;
mod ownership;
mod period;
mod precedents;
mod reports;

pub use self::cases::{MISSED, SEARCHED, VISITED, ledger_page};
pub use self::overview::{CLOSED, RAN_OUT, REGISTERED};
pub use self::ownership::OWNERSHIP;
pub use self::precedents::PRECEDENTS_PAGE;
use self::reports::{report, reports};
use crate::state::WITHDRAWN;

/// Rows of a page at most.
const MAX_PAGE: i64 = 200;
/// An instant that the store can compare with: PostgreSQL knows none before 4713 BC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Timestamp")]
pub struct Instant(Timestamp);

/// A time that the store cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("{0} is out of range, expected a time of our era")]
pub struct OutOfRange(Timestamp);

impl TryFrom<Timestamp> for Instant {
    type Error = OutOfRange;
    fn try_from(at: Timestamp) -> Result<Self, OutOfRange> {
        let is_ours = at.to_zoned(jiff::tz::TimeZone::UTC).year() > 0;
        if is_ours { Ok(Self(at)) } else { Err(OutOfRange(at)) }
    }
}

/// Which clocks that ran out.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreachFilter {
    /// Only of this department.
    pub department: Option<DepartmentId>,
    /// Where the page before ended.
    pub after: Option<BreachCursor>,
    /// How many; 50 when absent, 200 at most.
    pub limit: Option<i64>,
}

/// Where a page of breaches ended.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BreachCursor {
    /// When the last clock was due.
    pub due: Instant,
    /// Which clock it was.
    pub clock: uuid::Uuid,
}

/// Which cases are counted.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CountFilter {
    /// Only those of this department.
    pub department: Option<DepartmentId>,
}

/// Of which visits stage times are wanted.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct StageTimeFilter {
    /// Only of this department.
    pub department: Option<DepartmentId>,
    /// Visits that ended at this instant or later.
    pub from: Option<Instant>,
    /// Visits that ended before this instant.
    pub to: Option<Instant>,
}

/// What answers analytics' queries.
pub struct Answers {
    /// Analytics' database.
    pub pool: PgPool,
}

impl Queries for Answers {
    fn names(&self) -> Vec<&'static str> {
        NAMES.to_vec()
    }

    async fn answer(&self, name: &str, query: Query) -> Result<Value, Problem> {
        match query.actor {
            Actor::Staff { .. } | Actor::System => {}
            Actor::Customer | Actor::Feeder { .. } => {
                let problem = Problem::new(ProblemCode::NotAllowed, "figures are for staff to see");
                return Err(problem.at("/actor").expected("staff"));
            }
        }
        let (pool, organisation, body) = (&self.pool, &query.organisation, query.body);
        let answer = match name {
            LEDGER => cases::ledger(pool, organisation, &cases::asked(body)?).await,
            PRECEDENTS => precedents::precedents(pool, organisation, &Problem::read(body)?).await,
            OVERVIEW => overview::overview(pool, organisation, &overview::asked(body)?).await,
            LEDGER_ENTRIES => ledgers::entries(pool, organisation, &ledgers::asked(body)?).await,
            COUNTS => counts(pool, organisation, &read(body)?).await,
            STAGE_TIMES => stage_times(pool, organisation, &read(body)?).await,
            BREACHES => breaches(pool, organisation, &read(body)?).await,
            REPORTS => reports(pool, organisation, &read(body)?).await,
            REPORT => {
                let found =
                    report(pool, organisation, &Problem::read(body)?).await.map_err(|error| away(&error))?;
                let none = || Problem::new(ProblemCode::NotFound, "there is no such report").at("/report");
                return found.ok_or_else(none);
            }
            other => {
                let detail = format!("analytics answers no query {other}");
                return Err(Problem::new(ProblemCode::NotFound, detail));
            }
        };
        answer.map_err(|error| away(&error))
    }
}

/// Reads what is asked; nothing asks for everything.
fn read<T: DeserializeOwned + Default>(body: Value) -> Result<T, Problem> {
    if body.is_null() { Ok(T::default()) } else { Problem::read(body) }
}

fn away(error: &sqlx::Error) -> Problem {
    tracing::warn!(%error, "a query of analytics failed");
    Problem::new(ProblemCode::Unavailable, "the ledger cannot be read now")
}

fn limit_of(asked: Option<i64>) -> i64 {
    asked.unwrap_or(50).clamp(1, MAX_PAGE)
}

/// The last row of a full page, as the cursor of the next; none when there is no next.
fn next(rows: &[Value], limit: i64, members: [&str; 2]) -> Option<Value> {
    let is_full = i64::try_from(rows.len()).is_ok_and(|rows| rows == limit);
    let last = rows.last().filter(|_| is_full)?;
    Some(members.iter().map(|member| ((*member).to_owned(), last[*member].clone())).collect())
}

fn values(rows: Vec<(Value,)>) -> Vec<Value> {
    rows.into_iter().map(|(row,)| row).collect()
}

async fn as_of(pool: &PgPool, organisation: &OrganisationId) -> Result<Value, sqlx::Error> {
    let found: Option<(Value,)> =
        sqlx::query_as("select to_jsonb(as_of) from ledger_as_of where organisation = $1")
            .bind(organisation.as_str())
            .fetch_optional(pool)
            .await?;
    Ok(found.map_or(Value::Null, |(at,)| at))
}

async fn counts(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &CountFilter,
) -> Result<Value, sqlx::Error> {
    let department = filter.department.as_ref().map(DepartmentId::as_str);
    Ok(json!({
        "totals": totals(pool, organisation, department).await?,
        "satisfaction": satisfaction(pool, organisation, department).await?,
        "open_by_place": open_by_place(pool, organisation, department).await?,
        "as_of": as_of(pool, organisation).await?,
    }))
}

async fn totals(
    pool: &PgPool,
    organisation: &OrganisationId,
    department: Option<&str>,
) -> Result<Value, sqlx::Error> {
    let (totals,): (Value,) = sqlx::query_as(
        "select jsonb_build_object('registered', count(registered_at),
             'open', count(*) filter (where closed_at is null), 'closed', count(closed_at),
             'repeats', count(*) filter (where repeats), 'breached', count(*) filter (where breaches > 0),
             'escalated', count(*) filter (where escalations > 0),
             'proposed_fen', coalesce(sum(proposed_fen), 0), 'executed_fen', coalesce(sum(executed_fen), 0))
         from case_fact where organisation = $1 and ($2::text is null or department = $2)",
    )
    .persistent(false)
    .bind(organisation.as_str())
    .bind(department)
    .fetch_one(pool)
    .await?;
    Ok(totals)
}

/// How often each answer was the customer's last.
async fn satisfaction(
    pool: &PgPool,
    organisation: &OrganisationId,
    department: Option<&str>,
) -> Result<Vec<Value>, sqlx::Error> {
    let rows = sqlx::query_as(
        "select jsonb_build_object('answer', satisfaction, 'cases', count(*))
         from case_fact
         where organisation = $1 and satisfaction is not null and ($2::text is null or department = $2)
         group by satisfaction order by satisfaction",
    )
    .persistent(false)
    .bind(organisation.as_str())
    .bind(department)
    .fetch_all(pool)
    .await?;
    Ok(values(rows))
}

async fn open_by_place(
    pool: &PgPool,
    organisation: &OrganisationId,
    department: Option<&str>,
) -> Result<Vec<Value>, sqlx::Error> {
    let rows = sqlx::query_as(
        "select jsonb_build_object('department', department, 'stage', stage, 'open', cases)
         from open_place where organisation = $1 and cases <> 0 and ($2::text is null or department = $2)
         order by department, stage",
    )
    .persistent(false)
    .bind(organisation.as_str())
    .bind(department)
    .fetch_all(pool)
    .await?;
    Ok(values(rows))
}

/// How long visits took. One that routing revoked was not completed: it is counted, and says nothing about how long
/// the work takes.
async fn stage_times(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &StageTimeFilter,
) -> Result<Value, sqlx::Error> {
    let rows = sqlx::query_as(
        "select jsonb_build_object('stage', stage, 'department', department,
             'visits', count(*) filter (where completed), 'withdrawn', count(*) filter (where not completed),
             'median_seconds', percentile_cont(0.5) within group (order by seconds) filter (where completed),
             'p90_seconds', percentile_cont(0.9) within group (order by seconds) filter (where completed))
         from (
             select stage, department, outcome <> $2 as completed, extract(epoch from left_at - entered_at) as seconds
             from stage_time
             where organisation = $1 and entered_at is not null and left_at is not null
               and ($3::timestamptz is null or left_at >= $3) and ($4::timestamptz is null or left_at < $4)
               and ($5::text is null or department = $5)) as visit
         group by stage, department order by stage, department",
    )
    .persistent(false)
    .bind(organisation.as_str())
    .bind(WITHDRAWN)
    .bind(filter.from.map(|from| from.0.to_sqlx()))
    .bind(filter.to.map(|to| to.0.to_sqlx()))
    .bind(filter.department.as_ref().map(DepartmentId::as_str))
    .fetch_all(pool)
    .await?;
    Ok(json!({ "stages": values(rows), "as_of": as_of(pool, organisation).await? }))
}

/// Clocks that ran out, latest first.
pub const BREACHES_PAGE: &str = "select to_jsonb(b) - 'organisation' from breach b
     where organisation = $1 and ($2::text is null or department = $2)
       and ($3::timestamptz is null or (due, clock) < ($3::timestamptz, $4::uuid))
     order by due desc, clock desc limit $5";

async fn breaches(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &BreachFilter,
) -> Result<Value, sqlx::Error> {
    let limit = limit_of(filter.limit);
    let rows = sqlx::query_as(BREACHES_PAGE)
        .persistent(false)
        .bind(organisation.as_str())
        .bind(filter.department.as_ref().map(DepartmentId::as_str))
        .bind(filter.after.as_ref().map(|after| after.due.0.to_sqlx()))
        .bind(filter.after.as_ref().map(|after| after.clock))
        .bind(limit)
        .fetch_all(pool)
        .await?;
    let breaches = values(rows);
    let next = next(&breaches, limit, ["due", "clock"]);
    Ok(json!({ "breaches": breaches, "next": next, "as_of": as_of(pool, organisation).await? }))
}
