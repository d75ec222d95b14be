//! Precedents: earlier cases of the same matter in which something was decided, and what came of it, so that whoever
//! decides treats equal cases alike.

use contracts::{CategoryKey, ComplaintId, DepartmentId, OrganisationId};
use jiff_sqlx::ToSqlx as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Instant, as_of, limit_of, next, values};

/// Which cases.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrecedentFilter {
    /// About this.
    pub category: CategoryKey,
    /// Of this nature.
    pub kind: String,
    /// Only of this department.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Not this one: the case that is to be decided.
    #[serde(default)]
    pub except: Option<ComplaintId>,
    /// Where the page before ended.
    #[serde(default)]
    pub after: Option<PrecedentCursor>,
    /// How many; 50 when absent, 200 at most.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// Where a page ended.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrecedentCursor {
    /// When the last case was decided.
    pub decided_at: Instant,
    /// Its complaint.
    pub complaint: uuid::Uuid,
}

/// Decided cases, latest first.
pub const PRECEDENTS_PAGE: &str = "select jsonb_build_object('complaint', complaint, 'number', number,
         'playbook', playbook, 'department', department, 'level', level, 'instance', instance, 'remedies', remedies,
         'proposed_fen', proposed_fen, 'executed_fen', executed_fen, 'liable', liable, 'repeats', repeats,
         'satisfaction', satisfaction, 'outcome', outcome, 'decided_at', decided_at, 'closed_at', closed_at)
     from case_fact
     where organisation = $1 and category = $2 and kind = $3 and decided_at is not null
       and ($4::text is null or department = $4) and ($5::uuid is null or complaint <> $5)
       and ($6::timestamptz is null or (decided_at, complaint) < ($6::timestamptz, $7::uuid))
     order by decided_at desc, complaint desc limit $8";

/// A page of precedents.
pub(super) async fn precedents(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &PrecedentFilter,
) -> Result<Value, sqlx::Error> {
    let limit = limit_of(filter.limit);
    let rows = sqlx::query_as(PRECEDENTS_PAGE)
        .persistent(false)
        .bind(organisation.as_str())
        .bind(filter.category.as_str())
        .bind(&filter.kind)
        .bind(filter.department.as_ref().map(DepartmentId::as_str))
        .bind(filter.except.map(|complaint| complaint.0))
        .bind(filter.after.as_ref().map(|after| after.decided_at.0.to_sqlx()))
        .bind(filter.after.as_ref().map(|after| after.complaint))
        .bind(limit)
        .fetch_all(pool)
        .await?;
    let cases = values(rows);
    let next = next(&cases, limit, ["decided_at", "complaint"]);
    Ok(json!({ "cases": cases, "next": next, "as_of": as_of(pool, organisation).await? }))
}
