//! What a manager sees of a period: how much came and went, what is open, what ran out, how satisfied customers were,
//! which department had the cases how long. Only the period is read, and of open cases their index.

use contracts::{DepartmentId, OrganisationId, Problem, ProblemCode};
use jiff::tz::TimeZone;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Instant, as_of, open_by_place, values};

/// Days of a period at most: a year, and some to compare with.
const MAX_DAYS: i64 = 400;

/// Which period, of whom.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OverviewFilter {
    /// From this instant.
    pub from: Instant,
    /// Before this instant.
    pub to: Instant,
    /// How the period is divided.
    pub by: Unit,
    /// The zone in which its days begin.
    pub zone: String,
    /// Only cases of this department.
    #[serde(default)]
    pub department: Option<DepartmentId>,
}

/// How a period is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    /// By days.
    Day,
    /// By weeks.
    Week,
    /// By months.
    Month,
}

impl Unit {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// Reads what is asked.
///
/// # Errors
/// A period that is too long or ends before it begins, a zone that there is not.
pub(super) fn asked(body: Value) -> Result<OverviewFilter, Problem> {
    let filter: OverviewFilter = Problem::read(body)?;
    let wrong = |field: &str, detail: &str, expected: String| {
        Err(Problem::new(ProblemCode::InvalidField, detail).at(field).expected(expected))
    };
    let days = filter.to.0.duration_since(filter.from.0).as_hours() / 24;
    if filter.to.0 <= filter.from.0 || days > MAX_DAYS {
        return wrong("/to", "that is no period", format!("after `from`, {MAX_DAYS} days later at most"));
    }
    if TimeZone::get(&filter.zone).is_err() {
        return wrong("/zone", "there is no such time zone", "a name such as Asia/Shanghai".to_owned());
    }
    Ok(filter)
}

/// What came, went and ran out, by the parts of the period.
pub const VOLUME: &str = "select jsonb_build_object('at', at, 'registered', sum(registered), 'closed', sum(closed),
         'breaches', sum(breaches))
     from (
         select date_trunc($5, registered_at, $6) as at, 1 as registered, 0 as closed, 0 as breaches from case_fact
         where organisation = $1 and registered_at >= $2 and registered_at < $3
           and ($4::text is null or department = $4)
         union all
         select date_trunc($5, closed_at, $6), 0, 1, 0 from case_fact
         where organisation = $1 and closed_at >= $2 and closed_at < $3 and ($4::text is null or department = $4)
         union all
         select date_trunc($5, b.due, $6), 0, 0, 1 from breach b
         where b.organisation = $1 and b.due >= $2 and b.due < $3 and ($4::text is null or exists (
             select from case_fact c
             where c.organisation = $1 and c.complaint = b.complaint and c.department = $4))) part
     group by at order by at";

const REGISTERED: &str = "select jsonb_build_object('registered', count(*),
         'repeats', count(*) filter (where repeats), 'breached', count(*) filter (where breaches > 0),
         'escalated', count(*) filter (where escalations > 0),
         'still_open', count(*) filter (where closed_at is null))
     from case_fact where organisation = $1 and registered_at >= $2 and registered_at < $3
       and ($4::text is null or department = $4)";

const SATISFACTION: &str = "select jsonb_build_object('answer', satisfaction, 'cases', count(*),
         'proposed_fen', coalesce(sum(proposed_fen), 0), 'executed_fen', coalesce(sum(executed_fen), 0))
     from case_fact where organisation = $1 and closed_at >= $2 and closed_at < $3
       and ($4::text is null or department = $4)
     group by satisfaction order by satisfaction";

const OWNERSHIP: &str = "select jsonb_build_object('department', v.department, 'visits', count(*),
         'seconds', sum(extract(epoch from v.left_at - v.entered_at))::bigint)
     from stage_time v where v.organisation = $1 and v.left_at >= $2 and v.left_at < $3
       and v.entered_at is not null and ($4::text is null or v.department = $4)
     group by v.department order by v.department";

/// The figures of a period.
pub(super) async fn overview(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &OverviewFilter,
) -> Result<Value, sqlx::Error> {
    let department = filter.department.as_ref().map(DepartmentId::as_str);
    let [from, to] = [filter.from, filter.to].map(|at| at.0.to_sqlx());
    let of_period = |statement: &'static str| {
        sqlx::query_as::<_, (Value,)>(statement)
            .persistent(false)
            .bind(organisation.as_str())
            .bind::<SqlTimestamp>(from)
            .bind::<SqlTimestamp>(to)
            .bind(department)
    };
    let volume = of_period(VOLUME).bind(filter.by.as_str()).bind(&filter.zone).fetch_all(pool).await?;
    Ok(json!({
        "volume": values(volume),
        "totals": of_period(REGISTERED).fetch_one(pool).await?.0,
        "satisfaction": values(of_period(SATISFACTION).fetch_all(pool).await?),
        "ownership": values(of_period(OWNERSHIP).fetch_all(pool).await?),
        "open_by_place": open_by_place(pool, organisation, department).await?,
        "as_of": as_of(pool, organisation).await?,
    }))
}
