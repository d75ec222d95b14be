//! The reports that were made: page by page, and one with its cases.

use contracts::{OrganisationId, PersonId};
use jiff_sqlx::ToSqlx as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Instant, as_of, limit_of, next, values};

/// Which reports.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ReportFilter {
    /// Only those with this key in their playbook.
    pub(super) key: Option<String>,
    /// Only those that this person makes or gets.
    pub(super) person: Option<PersonId>,
    /// Where the page before ended.
    pub(super) after: Option<ReportCursor>,
    /// How many; 50 when absent, 200 at most.
    pub(super) limit: Option<i64>,
}

/// Where a page of reports ended.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportCursor {
    /// When the last report fell due.
    pub(super) due: Instant,
    /// Which it was.
    pub(super) report: uuid::Uuid,
}

/// One report.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportAsked {
    /// Which.
    pub(super) report: uuid::Uuid,
    /// Only if this person makes or gets it.
    #[serde(default)]
    pub(super) person: Option<PersonId>,
}

/// Reports that were made, latest first, without their cases.
const REPORTS_PAGE: &str = "select to_jsonb(r) - 'organisation' - 'cases' from report r
     where organisation = $1 and ($2::text is null or key = $2)
       and ($3::text is null or $3 = any (made_by || receivers))
       and ($4::timestamptz is null or (due, report) < ($4::timestamptz, $5::uuid))
     order by due desc, report desc limit $6";

pub(super) async fn reports(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &ReportFilter,
) -> Result<Value, sqlx::Error> {
    let limit = limit_of(filter.limit);
    let rows = sqlx::query_as(REPORTS_PAGE)
        .persistent(false)
        .bind(organisation.as_str())
        .bind(&filter.key)
        .bind(filter.person.as_ref().map(PersonId::as_str))
        .bind(filter.after.as_ref().map(|after| after.due.0.to_sqlx()))
        .bind(filter.after.as_ref().map(|after| after.report))
        .bind(limit)
        .fetch_all(pool)
        .await?;
    let reports = values(rows);
    let next = next(&reports, limit, ["due", "report"]);
    Ok(json!({ "reports": reports, "next": next, "as_of": as_of(pool, organisation).await? }))
}

pub(super) async fn report(
    pool: &PgPool,
    organisation: &OrganisationId,
    asked: &ReportAsked,
) -> Result<Option<Value>, sqlx::Error> {
    let found: Option<(Value,)> = sqlx::query_as(
        "select to_jsonb(r) - 'organisation' from report r
         where organisation = $1 and report = $2 and ($3::text is null or $3 = any (made_by || receivers))",
    )
    .bind(organisation.as_str())
    .bind(asked.report)
    .bind(asked.person.as_ref().map(PersonId::as_str))
    .fetch_optional(pool)
    .await?;
    Ok(found.map(|(report,)| report))
}
