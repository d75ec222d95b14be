//! How long each department had the cases that it let go of in a period.

use contracts::{DepartmentId, OrganisationId};
use serde_json::Value;
use sqlx::PgPool;

use super::period::Period;
use super::values;

/// The ends of the period are summed visit by visit, from an index alone.
pub const OWNERSHIP: &str = "select jsonb_build_object(
         'department', department, 'visits', sum(visits), 'seconds', sum(seconds)::bigint)
     from (
         select department, visits, seconds from ownership_quarter
         where organisation = $1 and quarter >= $3 and quarter < $4
         union all
         select department, 1, extract(epoch from left_at - entered_at) from stage_time
         where organisation = $1 and left_at >= $2 and left_at < $3 and entered_at is not null
         union all
         select department, 1, extract(epoch from left_at - entered_at) from stage_time
         where organisation = $1 and left_at >= $4 and left_at < $5 and entered_at is not null
     ) parts
     where $6::text is null or department = $6
     group by department having sum(visits) <> 0 order by department";

pub(super) async fn ownership(
    pool: &PgPool,
    organisation: &OrganisationId,
    department: Option<&DepartmentId>,
    period: Period,
) -> Result<Vec<Value>, sqlx::Error> {
    Ok(values(period.asks(OWNERSHIP, organisation, department).fetch_all(pool).await?))
}
