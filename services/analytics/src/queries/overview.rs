//! What a manager sees of a period: how much came and went, what is open, what ran out, how satisfied customers were,
//! which department had the cases how long. Cases are not counted for it: sums are kept by the quarter of an hour, and
//! only what lies at the ends of a period is read case by case.

use std::collections::BTreeMap;

use contracts::{DepartmentId, OrganisationId, Problem, ProblemCode};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::ownership::ownership;
use super::period::Period;
use super::{Instant, as_of, open_by_place};

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
    /// The first day of the part in which `day` is; weeks begin on Monday.
    fn begin(self, day: Date) -> Option<Date> {
        match self {
            Self::Day => Some(day),
            Self::Week => day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok(),
            Self::Month => Some(day.first_of_month()),
        }
    }

    /// The first day of the next part.
    fn next(self, first: Date) -> Option<Date> {
        let length = match self {
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
        };
        first.checked_add(length).ok()
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

impl OverviewFilter {
    /// When the parts of the period begin. The first may begin before the period, which then cuts it.
    fn parts(&self) -> Vec<Timestamp> {
        let Ok(zone) = TimeZone::get(&self.zone) else { return Vec::new() };
        let begin = self.by.begin(self.from.0.to_zoned(zone.clone()).date());
        let days = std::iter::successors(begin, |first| self.by.next(*first));
        let begins = days.map_while(|day| Some(day.to_zoned(zone.clone()).ok()?.timestamp()));
        begins.take_while(|begin| *begin < self.to.0).collect()
    }
}

/// What was registered in the parts of the period (`$7`), and what became of it.
pub const REGISTERED: &str = "select width_bucket(at, $7) as part, sum(cases)::bigint, sum(repeats)::bigint,
         sum(breached)::bigint, sum(escalated)::bigint, sum(open)::bigint
     from (
         select quarter as at, cases, repeats, breached, escalated, open from registered_quarter
         where organisation = $1 and department = coalesce($6, '') and quarter >= $3 and quarter < $4
         union all
         select registered_at, 1, repeats::int, (breaches > 0)::int, (escalations > 0)::int, (closed_at is null)::int
         from case_fact where organisation = $1 and ($6::text is null or department = $6)
           and (registered_at >= $2 and registered_at < $3 or registered_at >= $4 and registered_at < $5)
     ) parts
     group by part having sum(cases) <> 0";

/// What was closed in the parts of the period (`$7`), and how satisfied the customers were.
pub const CLOSED: &str = "select width_bucket(at, $7) as part, satisfaction, sum(cases)::bigint,
         least(sum(proposed_fen), 9223372036854775807)::bigint, least(sum(executed_fen), 9223372036854775807)::bigint
     from (
         select quarter as at, satisfaction, cases, proposed_fen, executed_fen from closed_quarter
         where organisation = $1 and department = coalesce($6, '') and quarter >= $3 and quarter < $4
         union all
         select closed_at, satisfaction, 1, coalesce(proposed_fen, 0), coalesce(executed_fen, 0)
         from case_fact where organisation = $1 and ($6::text is null or department = $6)
           and (closed_at >= $2 and closed_at < $3 or closed_at >= $4 and closed_at < $5)
     ) parts
     group by part, satisfaction having sum(cases) <> 0";

/// Which clocks ran out in the parts of the period (`$7`).
pub const RAN_OUT: &str = "select width_bucket(at, $7) as part, sum(breaches)::bigint
     from (
         select quarter as at, breaches from ran_out_quarter
         where organisation = $1 and department = coalesce($6, '') and quarter >= $3 and quarter < $4
         union all
         select b.due, 1 from breach b where b.organisation = $1
           and (b.due >= $2 and b.due < $3 or b.due >= $4 and b.due < $5) and ($6::text is null or exists (
             select from case_fact c
             where c.organisation = $1 and c.complaint = b.complaint and c.department = $6))
     ) parts
     group by part having sum(breaches) <> 0";

type Registered = (i32, i64, i64, i64, i64, i64);
type Closed = (i32, Option<String>, i64, i64, i64);
type RanOut = (i32, i64);

/// The figures of a period.
pub(super) async fn overview(
    pool: &PgPool,
    organisation: &OrganisationId,
    filter: &OverviewFilter,
) -> Result<Value, sqlx::Error> {
    let parts = filter.parts();
    let begins: Vec<SqlTimestamp> = parts.iter().map(|begin| begin.to_sqlx()).collect();
    let (department, period) = (filter.department.as_ref(), Period::of(filter.from.0, filter.to.0));
    let registered = period.asks(REGISTERED, organisation, department).bind(&begins).fetch_all(pool);
    let closed = period.asks(CLOSED, organisation, department).bind(&begins).fetch_all(pool);
    let ran_out = period.asks(RAN_OUT, organisation, department).bind(&begins).fetch_all(pool);
    let (registered, closed, ran_out, ownership, open, as_of) = tokio::try_join!(
        registered,
        closed,
        ran_out,
        ownership(pool, organisation, department, period),
        open_by_place(pool, organisation, department.map(DepartmentId::as_str)),
        as_of(pool, organisation),
    )?;
    Ok(json!({
        "volume": volume(&parts, &registered, &closed, &ran_out),
        "totals": totals(&registered),
        "satisfaction": satisfaction(closed),
        "ownership": ownership,
        "open_by_place": open,
        "as_of": as_of,
    }))
}

/// What came, went and ran out in each part in which something did.
fn volume(
    parts: &[Timestamp],
    registered: &[Registered],
    closed: &[Closed],
    ran_out: &[RanOut],
) -> Vec<Value> {
    let mut counts: BTreeMap<i32, [i64; 3]> = BTreeMap::new();
    let came = registered.iter().map(|row| (row.0, [row.1, 0, 0]));
    let went = closed.iter().map(|row| (row.0, [0, row.2, 0]));
    let late = ran_out.iter().map(|row| (row.0, [0, 0, row.1]));
    for (part, more) in came.chain(went).chain(late) {
        let count = counts.entry(part).or_default();
        count.iter_mut().zip(more).for_each(|(count, more)| *count += more);
    }
    let begin = |part: i32| usize::try_from(part).ok()?.checked_sub(1).and_then(|part| parts.get(part));
    let row = |(part, [registered, closed, breaches]): (i32, [i64; 3])| {
        Some(json!({
            "at": begin(part)?, "registered": registered, "closed": closed, "breaches": breaches,
        }))
    };
    counts.into_iter().filter_map(row).collect()
}

fn totals(registered: &[Registered]) -> Value {
    let sum = |of: fn(&Registered) -> i64| registered.iter().map(of).sum::<i64>();
    json!({
        "registered": sum(|row| row.1),
        "repeats": sum(|row| row.2),
        "breached": sum(|row| row.3),
        "escalated": sum(|row| row.4),
        "still_open": sum(|row| row.5),
    })
}

/// How often each answer was the last of a case that was closed, and the money of these cases.
fn satisfaction(closed: Vec<Closed>) -> Vec<Value> {
    let mut answers: BTreeMap<(bool, Option<String>), [i64; 3]> = BTreeMap::new();
    for (_, answer, cases, proposed, executed) in closed {
        // Those who gave no answer come last.
        let sums = answers.entry((answer.is_none(), answer)).or_default();
        sums.iter_mut().zip([cases, proposed, executed]).for_each(|(sum, more)| *sum += more);
    }
    let row = |((_, answer), [cases, proposed, executed]): ((bool, Option<String>), [i64; 3])| json!({"answer": answer, "cases": cases, "proposed_fen": proposed, "executed_fen": executed});
    answers.into_iter().map(row).collect()
}
