//! A period as the tables of sums have it: whole quarters of an hour, and its two ends.

use contracts::{DepartmentId, OrganisationId};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx as _};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::QueryAs;
use sqlx::{FromRow, Postgres};

/// What sums are kept by: it fits the days of every zone that is in use. `quarter_of` of the store is the same.
const QUARTER: SignedDuration = SignedDuration::from_mins(15);

/// From `from` to `to`; of that, what lies between `first` and `last` is summed already, and the ends are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    from: Timestamp,
    first: Timestamp,
    last: Timestamp,
    to: Timestamp,
}

impl Period {
    /// A period. Where it has no whole quarter, all of it is its first end.
    pub(super) fn of(from: Timestamp, to: Timestamp) -> Self {
        let quarter = QUARTER.as_nanos();
        let at = |quarters: i128| Timestamp::from_nanosecond(quarters * quarter).ok();
        let first = at(-(-from.as_nanosecond()).div_euclid(quarter));
        let last = at(to.as_nanosecond().div_euclid(quarter));
        let (first, last) = first.zip(last).filter(|(first, last)| first < last).unwrap_or((to, to));
        Self { from, first, last, to }
    }

    /// A statement about the period: `$1` whose, `$2` to `$5` from when to when, `$6` only of which department.
    pub(super) fn asks<'q, T: for<'r> FromRow<'r, PgRow>>(
        self,
        statement: &'static str,
        organisation: &'q OrganisationId,
        department: Option<&'q DepartmentId>,
    ) -> QueryAs<'q, Postgres, T, PgArguments> {
        let query = [self.from, self.first, self.last, self.to]
            .into_iter()
            .fold(sqlx::query_as(statement).bind(organisation.as_str()), |query, at| {
                query.bind::<SqlTimestamp>(at.to_sqlx())
            });
        // Planned for the period that is asked for.
        query.persistent(false).bind(department.map(DepartmentId::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_two_ends_and_whole_quarters_between() {
        let at = |text: &str| format!("2025-03-{text}Z").parse::<Timestamp>().unwrap();
        let cases = [
            // from, to, first, last
            ("06T16:00:00", "09T16:00:00", "06T16:00:00", "09T16:00:00"),
            ("06T01:00:00.000001", "06T02:14:59.9", "06T01:15:00", "06T02:00:00"),
            ("06T01:10:00", "06T01:20:00", "06T01:20:00", "06T01:20:00"),
            ("06T01:01:00", "06T01:02:00", "06T01:02:00", "06T01:02:00"),
        ];
        for (from, to, first, last) in cases {
            let [from, to, first, last] = [from, to, first, last].map(at);
            assert_eq!(Period::of(from, to), Period { from, first, last, to }, "{from} to {to}");
        }
    }
}
