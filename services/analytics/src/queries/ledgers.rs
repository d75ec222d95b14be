//! The ledgers that playbooks declare: their entries by cursor, searched in both languages.

use contracts::commands::check_text;
use contracts::{CategoryKey, ComplaintId, DepartmentId, LedgerKey, OrganisationId, Problem};
use jiff_sqlx::ToSqlx as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Instant, as_of, limit_of, next, read, values};

/// Characters of what is searched.
const MAX_SEARCH: usize = 200;

/// Which entries.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EntryFilter {
    /// Only of this ledger.
    pub ledger: Option<LedgerKey>,
    /// Only those in which this is read, in either language.
    pub search: Option<String>,
    /// Only of cases about this.
    pub category: Option<CategoryKey>,
    /// Only of cases of this department.
    pub department: Option<DepartmentId>,
    /// Only of these cases.
    pub complaints: Option<Vec<ComplaintId>>,
    /// Only those that stand until their matter is settled, or only those that stand for good.
    pub pending: Option<bool>,
    /// Those whose matter was settled; the others when absent.
    pub settled: bool,
    /// Where the page before ended.
    pub after: Option<EntryCursor>,
    /// How many; 50 when absent, 200 at most.
    pub limit: Option<i64>,
}

/// Where a page ended.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryCursor {
    /// When the last case was entered.
    pub entered_at: Instant,
    /// Its complaint.
    pub complaint: uuid::Uuid,
}

/// Reads what is asked.
///
/// # Errors
/// What is wrong with it.
pub(super) fn asked(body: Value) -> Result<EntryFilter, Problem> {
    let filter: EntryFilter = read(body)?;
    filter.search.iter().try_for_each(|text| check_text("/search", text, MAX_SEARCH))?;
    Ok(filter)
}

const ENTRIES_PAGE: &str = "select to_jsonb(e) - array['organisation', 'search', 'pairs']
         || jsonb_build_object('number', c.number, 'category', c.category, 'department', c.department,
                'outcome', c.outcome, 'closed_at', c.closed_at)
     from ledger_entry e join case_fact c using (organisation, complaint)
     where organisation = $1 and ($2::text is null or e.ledger = $2)
       and ($3::text is null or position($3 in e.search) > 0 or lower(c.number) = $3)
       and ($4::text is null or c.category = $4) and ($5::text is null or c.department = $5)
       and ($6::uuid[] is null or complaint = any($6)) and ($7::bool is null or e.pending = $7)
       and (e.settled_at is not null) = $8
       and ($9::timestamptz is null or (e.entered_at, complaint) < ($9::timestamptz, $10::uuid))
     order by e.entered_at desc, complaint desc limit $11";

/// A page of entries, the newest first. What is pending leaves the ledger when its matter is settled.
pub(super) async fn entries(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &EntryFilter,
) -> Result<Value, sqlx::Error> {
    let limit = limit_of(filter.limit);
    let complaints = filter.complaints.as_ref();
    let rows: Vec<(Value,)> = sqlx::query_as(ENTRIES_PAGE)
        .persistent(false)
        .bind(organisation.as_str())
        .bind(filter.ledger.as_ref().map(LedgerKey::as_str))
        .bind(filter.search.as_ref().map(|text| text.trim().to_lowercase()))
        .bind(filter.category.as_ref().map(CategoryKey::as_str))
        .bind(filter.department.as_ref().map(DepartmentId::as_str))
        .bind(complaints.map(|all| all.iter().map(|complaint| complaint.0).collect::<Vec<_>>()))
        .bind(filter.pending)
        .bind(filter.settled)
        .bind(filter.after.as_ref().map(|after| after.entered_at.0.to_sqlx()))
        .bind(filter.after.as_ref().map(|after| after.complaint))
        .bind(limit)
        .fetch_all(pool)
        .await?;
    let entries = values(rows);
    let next = next(&entries, limit, ["entered_at", "complaint"]);
    Ok(json!({ "entries": entries, "next": next, "as_of": as_of(pool, organisation).await? }))
}
