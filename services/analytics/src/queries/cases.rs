//! The ledger of all cases, by cursor: what a figure counts and what somebody looks for is found here.

use contracts::commands::check_text;
use contracts::{CategoryKey, ComplaintId, DepartmentId, OrganisationId, Problem, StageKey};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Instant, as_of, limit_of, next, read, values};

/// Characters of a complaint's number, of an answer, of a point.
const MAX_NUMBER: usize = 64;
/// Characters of what is searched.
const MAX_SEARCH: usize = 200;

/// Which cases of the ledger.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LedgerFilter {
    /// Only this department.
    pub department: Option<DepartmentId>,
    /// Only this category.
    pub category: Option<CategoryKey>,
    /// Only this stage.
    pub stage: Option<StageKey>,
    /// Only this number.
    pub number: Option<String>,
    /// Only those of this number, or in one of whose ledger entries this is read, in either language.
    pub search: Option<String>,
    /// Only these.
    pub complaints: Option<Vec<ComplaintId>>,
    /// Only open or only closed ones.
    pub open: Option<bool>,
    /// Only those that repeat an earlier one, or only the others.
    pub repeats: Option<bool>,
    /// Only those of which a clock ran out, or only the others.
    pub breached: Option<bool>,
    /// Only those that climbed the ladder, or only the others.
    pub escalated: Option<bool>,
    /// Only those whose customer answered this last.
    pub satisfaction: Option<String>,
    /// Only those whose closing summary has this point, such as `lessons`; `summary` for one written out.
    pub closing: Option<String>,
    /// When they were registered.
    pub registered: Span,
    /// When they were closed.
    pub closed: Span,
    /// When a clock of theirs ran out.
    pub missed: Span,
    /// When a visit at `visited_by` ended.
    pub visited: Span,
    /// The department that was visited.
    pub visited_by: Option<DepartmentId>,
    /// Where the page before ended.
    pub after: Option<LedgerCursor>,
    /// How many; 50 when absent, 200 at most.
    pub limit: Option<i64>,
}

/// A span of time: from then on, and before then.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Span {
    /// At this instant or later.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
}

impl Span {
    fn bounds(self) -> [Option<SqlTimestamp>; 2] {
        [self.from, self.to].map(|at| at.map(|at| at.0.to_sqlx()))
    }
}

/// Where a page of the ledger ended.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LedgerCursor {
    /// Registration time of the last case.
    pub registered_at: Instant,
    /// Its complaint.
    pub complaint: uuid::Uuid,
}

/// Reads what is asked.
///
/// # Errors
/// What is wrong with it, such as a number that no complaint, and a point that no summary can have.
pub(super) fn asked(body: Value) -> Result<LedgerFilter, Problem> {
    let filter: LedgerFilter = read(body)?;
    for (field, text, most) in [
        ("/number", &filter.number, MAX_NUMBER),
        ("/closing", &filter.closing, MAX_NUMBER),
        ("/satisfaction", &filter.satisfaction, MAX_NUMBER),
        ("/search", &filter.search, MAX_SEARCH),
    ] {
        text.iter().try_for_each(|text| check_text(field, text, most))?;
    }
    Ok(filter)
}

/// Registered cases, newest first. A case of which only the stage was heard so far is not in it yet.
const LEDGER_PAGE: &str = "select to_jsonb(c) - 'organisation' from case_fact c
     where organisation = $1 and registered_at is not null
       and ($2::text is null or department = $2) and ($3::text is null or category = $3)
       and ($4::text is null or stage = $4) and ($5::text is null or number = $5)
       and ($6::bool is null or (closed_at is null) = $6)
       and ($10::text is null or (closing <> '{}' and $10 = any (closing)))
       and ($11::bool is null or repeats = $11) and ($12::bool is null or (breaches > 0) = $12)
       and ($13::bool is null or (escalations > 0) = $13)
       and ($14::text is null or satisfaction = $14)
       and ($15::uuid[] is null or complaint = any ($15))
       and ($17::timestamptz is null or registered_at >= $17) and ($18::timestamptz is null or registered_at < $18)
       and ($19::timestamptz is null or closed_at >= $19) and ($20::timestamptz is null or closed_at < $20)
       and ($7::timestamptz is null or (registered_at, complaint) < ($7::timestamptz, $8::uuid))";
/// In which something is read.
pub const SEARCHED: &str = " and complaint in (
           select e.complaint from ledger_entry e
           where e.organisation = $1 and e.pairs @> pairs_of($16) and position($16 in e.search) > 0)";
/// Of which a clock ran out in a span.
pub const MISSED: &str = " and complaint in (
           select b.complaint from breach b where b.organisation = $1
             and b.due >= coalesce($21::timestamptz, '-infinity')
             and b.due < coalesce($22::timestamptz, 'infinity'))";
/// That a department had until some time of a span.
pub const VISITED: &str = " and complaint in (
           select v.complaint from stage_time v where v.organisation = $1 and v.department = $23
             and v.left_at >= coalesce($24::timestamptz, '-infinity')
             and v.left_at < coalesce($25::timestamptz, 'infinity'))";

/// The statement of a page. What asks another table stands in it only where it is asked: otherwise the store would look
/// through the cases for it, and not begin with what that table has.
#[must_use]
pub fn ledger_page(besides: &[&str]) -> String {
    format!("{LEDGER_PAGE}{} order by registered_at desc, complaint desc limit $9", besides.concat())
}

fn besides(filter: &LedgerFilter) -> Vec<&'static str> {
    let all = [
        (SEARCHED, filter.search.is_some()),
        (MISSED, filter.missed.from.is_some() || filter.missed.to.is_some()),
        (VISITED, filter.visited_by.is_some()),
    ];
    all.into_iter().filter(|(_, asked)| *asked).map(|(clause, _)| clause).collect()
}

/// Who types a number seeks that case, and not entries in which it is read: the filter with it, where there is one.
async fn numbered(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &LedgerFilter,
) -> Result<Option<LedgerFilter>, sqlx::Error> {
    let Some(text) = &filter.search else { return Ok(None) };
    let number: Option<String> = sqlx::query_scalar(
        "select number from case_fact where organisation = $1 and number = upper($2) limit 1",
    )
    .bind(organisation.as_str())
    .bind(text.trim())
    .fetch_optional(pool)
    .await?;
    Ok(number.map(|number| LedgerFilter { number: Some(number), search: None, ..filter.clone() }))
}

/// A page of the ledger.
pub(super) async fn ledger(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &LedgerFilter,
) -> Result<Value, sqlx::Error> {
    let limit = limit_of(filter.limit);
    let numbered = numbered(pool, organisation, filter).await?;
    let filter = numbered.as_ref().unwrap_or(filter);
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(ledger_page(&besides(filter))))
        .persistent(false)
        .bind(organisation.as_str())
        .bind(filter.department.as_ref().map(DepartmentId::as_str))
        .bind(filter.category.as_ref().map(CategoryKey::as_str))
        .bind(filter.stage.as_ref().map(StageKey::as_str))
        .bind(&filter.number)
        .bind(filter.open)
        .bind(filter.after.as_ref().map(|after| after.registered_at.0.to_sqlx()))
        .bind(filter.after.as_ref().map(|after| after.complaint))
        .bind(limit)
        .bind(&filter.closing)
        .bind(filter.repeats)
        .bind(filter.breached)
        .bind(filter.escalated)
        .bind(&filter.satisfaction)
        .bind(filter.complaints.as_ref().map(|all| all.iter().map(|one| one.0).collect::<Vec<_>>()))
        .bind(filter.search.as_ref().map(|text| text.trim().to_lowercase()));
    for bound in [filter.registered, filter.closed, filter.missed].into_iter().flat_map(Span::bounds) {
        query = query.bind(bound);
    }
    query = query.bind(filter.visited_by.as_ref().map(DepartmentId::as_str));
    for bound in filter.visited.bounds() {
        query = query.bind(bound);
    }
    let rows: Vec<(Value,)> = query.fetch_all(pool).await?;
    let cases = values(rows);
    let next = next(&cases, limit, ["registered_at", "complaint"]);
    Ok(json!({ "cases": cases, "next": next, "as_of": as_of(pool, organisation).await? }))
}
