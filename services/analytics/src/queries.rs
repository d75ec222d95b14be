//! Read-only answers for the gateway: the ledger by cursor, counts, stage times, breaches; each says its "as of".

use contracts::queries::Query;
use contracts::{OrganisationId, Problem, ProblemCode};
use jiff_sqlx::ToSqlx as _;
use runtime::requests::Queries;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;

/// Rows of a page at most.
const MAX_PAGE: i64 = 200;

/// Which cases of the ledger.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct LedgerFilter {
    /// Only this department.
    pub department: Option<String>,
    /// Only this category.
    pub category: Option<String>,
    /// Only this stage.
    pub stage: Option<String>,
    /// Only this number.
    pub number: Option<String>,
    /// Only open or only closed ones.
    pub open: Option<bool>,
    /// Where the page before ended.
    pub after: Option<LedgerCursor>,
    /// How many; 50 when absent, 200 at most.
    pub limit: Option<i64>,
}

/// Where a page of the ledger ended.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerCursor {
    /// Registration time of the last case.
    pub registered_at: jiff::Timestamp,
    /// Its complaint.
    pub complaint: uuid::Uuid,
}

/// What answers analytics' queries.
pub struct Answers {
    /// Analytics' database.
    pub pool: PgPool,
}

impl Queries for Answers {
    fn names(&self) -> Vec<&'static str> {
        vec!["ledger", "counts", "stage_times", "breaches"]
    }
    async fn answer(&self, name: &str, query: Query) -> Result<Value, Problem> {
        answer(&self.pool, &query.organisation, name, query.body).await
    }
}

async fn answer(
    pool: &PgPool,
    organisation: &OrganisationId,
    name: &str,
    body: Value,
) -> Result<Value, Problem> {
    match name {
        "ledger" => {
            let filter: LedgerFilter = if body.is_null() {
                LedgerFilter::default()
            } else {
                serde_json::from_value(body).map_err(|error| Problem::from_json(&error))?
            };
            ledger(pool, organisation, &filter).await.map_err(|error| away(&error))
        }
        "counts" => counts(pool, organisation).await.map_err(|error| away(&error)),
        "stage_times" => stage_times(pool, organisation).await.map_err(|error| away(&error)),
        "breaches" => breaches(pool, organisation).await.map_err(|error| away(&error)),
        other => Err(Problem::new(ProblemCode::NotFound, format!("analytics answers no query {other}"))),
    }
}

fn away(error: &sqlx::Error) -> Problem {
    tracing::warn!(%error, "a query of analytics failed");
    Problem::new(ProblemCode::Unavailable, "the ledger cannot be read now")
}

async fn ledger(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &LedgerFilter,
) -> Result<Value, sqlx::Error> {
    let limit = filter.limit.unwrap_or(50).clamp(1, MAX_PAGE);
    let rows: Vec<(Value,)> = sqlx::query_as(
        "select to_jsonb(c) - 'organisation' from case_fact c
         where organisation = $1
           and ($2::text is null or department = $2) and ($3::text is null or category = $3)
           and ($4::text is null or stage = $4) and ($5::text is null or number = $5)
           and ($6::bool is null or (closed_at is null) = $6)
           and ($7::timestamptz is null or (registered_at, complaint) < ($7::timestamptz, $8::uuid))
         order by registered_at desc, complaint desc limit $9",
    )
    .bind(organisation.as_str())
    .bind(&filter.department)
    .bind(&filter.category)
    .bind(&filter.stage)
    .bind(&filter.number)
    .bind(filter.open)
    .bind(filter.after.as_ref().map(|after| after.registered_at.to_sqlx()))
    .bind(filter.after.as_ref().map(|after| after.complaint))
    .bind(limit)
    .fetch_all(pool)
    .await?;
    let cases: Vec<Value> = rows.into_iter().map(|(case,)| case).collect();
    let full = i64::try_from(cases.len()).unwrap_or(0) == limit;
    let next = cases
        .last()
        .filter(|_| full)
        .map(|last| json!({ "registered_at": last["registered_at"], "complaint": last["complaint"] }));
    Ok(json!({ "cases": cases, "next": next, "as_of": as_of(pool, organisation).await? }))
}

async fn as_of(pool: &PgPool, organisation: &OrganisationId) -> Result<Value, sqlx::Error> {
    let (at,): (Option<Value>,) =
        sqlx::query_as("select to_jsonb(max(as_of)) from case_fact where organisation = $1")
            .bind(organisation.as_str())
            .fetch_one(pool)
            .await?;
    Ok(at.unwrap_or(Value::Null))
}

async fn counts(pool: &PgPool, organisation: &OrganisationId) -> Result<Value, sqlx::Error> {
    let (totals,): (Value,) = sqlx::query_as(
        "select jsonb_build_object('registered', count(*) filter (where registered_at is not null),
             'open', count(*) filter (where closed_at is null), 'closed', count(closed_at),
             'repeats', count(*) filter (where repeats), 'breached', count(*) filter (where breaches > 0))
         from case_fact where organisation = $1",
    )
    .bind(organisation.as_str())
    .fetch_one(pool)
    .await?;
    let by_place: Vec<(Value,)> = sqlx::query_as(
        "select jsonb_build_object('department', department, 'stage', stage, 'open', count(*))
         from case_fact where organisation = $1 and closed_at is null
         group by department, stage order by department, stage",
    )
    .bind(organisation.as_str())
    .fetch_all(pool)
    .await?;
    let by_place: Vec<Value> = by_place.into_iter().map(|(row,)| row).collect();
    Ok(json!({ "totals": totals, "open_by_place": by_place, "as_of": as_of(pool, organisation).await? }))
}

async fn stage_times(pool: &PgPool, organisation: &OrganisationId) -> Result<Value, sqlx::Error> {
    let rows: Vec<(Value,)> = sqlx::query_as(
        "select jsonb_build_object('stage', stage, 'department', department, 'visits', count(*),
             'median_seconds', percentile_cont(0.5) within group (order by extract(epoch from left_at - entered_at)),
             'p90_seconds', percentile_cont(0.9) within group (order by extract(epoch from left_at - entered_at)))
         from stage_time where organisation = $1 and entered_at is not null and left_at is not null
         group by stage, department order by stage, department",
    )
    .bind(organisation.as_str())
    .fetch_all(pool)
    .await?;
    let rows: Vec<Value> = rows.into_iter().map(|(row,)| row).collect();
    Ok(json!({ "stages": rows, "as_of": as_of(pool, organisation).await? }))
}

async fn breaches(pool: &PgPool, organisation: &OrganisationId) -> Result<Value, sqlx::Error> {
    let rows: Vec<(Value,)> = sqlx::query_as(
        "select to_jsonb(b) - 'organisation' from breach b where organisation = $1 order by due desc limit $2",
    )
    .bind(organisation.as_str())
    .bind(MAX_PAGE)
    .fetch_all(pool)
    .await?;
    let rows: Vec<Value> = rows.into_iter().map(|(row,)| row).collect();
    Ok(json!({ "breaches": rows, "as_of": as_of(pool, organisation).await? }))
}
