//! How long each department had the cases that it let go of in a period.

use contracts::{DepartmentId, OrganisationId};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use serde_json::Value;
use sqlx::PgPool;

use super::overview::OverviewFilter;
use super::values;

/// The period from `$2` to `$5`, of which `$3` to `$4` are whole days (UTC), which are summed already. Its ends are
/// summed visit by visit, from an index alone.
pub const OWNERSHIP: &str = "select jsonb_build_object(
         'department', department, 'visits', sum(visits), 'seconds', sum(seconds)::bigint)
     from (
         select department, visits, seconds from ownership_day
         where organisation = $1 and day >= ($3 at time zone 'UTC')::date and day < ($4 at time zone 'UTC')::date
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
    filter: &OverviewFilter,
) -> Result<Vec<Value>, sqlx::Error> {
    let (from, to) = (filter.from.0, filter.to.0);
    let (first, last) = whole_days(from, to);
    let rows = sqlx::query_as(OWNERSHIP)
        .persistent(false)
        .bind(organisation.as_str())
        .bind::<SqlTimestamp>(from.to_sqlx())
        .bind::<SqlTimestamp>(first.to_sqlx())
        .bind::<SqlTimestamp>(last.to_sqlx())
        .bind::<SqlTimestamp>(to.to_sqlx())
        .bind(filter.department.as_ref().map(DepartmentId::as_str))
        .fetch_all(pool)
        .await?;
    Ok(values(rows))
}

/// From when to when a period consists of whole days (UTC); both its end when there is none.
fn whole_days(from: Timestamp, to: Timestamp) -> (Timestamp, Timestamp) {
    let midnight = |at: Timestamp| at.to_zoned(TimeZone::UTC).start_of_day().ok();
    let first = midnight(from)
        .and_then(|day| if day.timestamp() < from { day.checked_add(1.day()).ok() } else { Some(day) });
    match (first, midnight(to)) {
        (Some(first), Some(last)) if first < last => (first.timestamp(), last.timestamp()),
        _ => (to, to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_two_ends_and_the_whole_days_between() {
        let day = |text: &str| text.parse::<Timestamp>().unwrap();
        let cases = [
            // from, to, first, last
            ("2025-03-06T16:00:00Z", "2025-03-09T16:00:00Z", "2025-03-07T00:00:00Z", "2025-03-09T00:00:00Z"),
            ("2025-03-06T00:00:00Z", "2025-03-07T00:00:00Z", "2025-03-06T00:00:00Z", "2025-03-07T00:00:00Z"),
            ("2025-03-06T16:00:00Z", "2025-03-07T16:00:00Z", "2025-03-07T16:00:00Z", "2025-03-07T16:00:00Z"),
            ("2025-03-06T01:00:00Z", "2025-03-06T02:00:00Z", "2025-03-06T02:00:00Z", "2025-03-06T02:00:00Z"),
        ];
        for (from, to, first, last) in cases {
            assert_eq!(whole_days(day(from), day(to)), (day(first), day(last)), "{from} to {to}");
        }
    }
}
