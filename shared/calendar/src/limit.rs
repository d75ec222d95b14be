//! Time limits as playbooks state them, and when they are due.
//!
//! The documents say neither whether the day of receipt counts nor when a day
//! ends (X-22); the convention is that of the crate, and it is kept here alone.

use std::num::NonZeroU32;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::wall::later;

/// Days in a week; weeks are counted in calendar days (P13 一周, X-22).
const DAYS_OF_WEEK: u32 = 7;

/// A time limit, written `6s`, `30min`, `2h`, `3 calendar days`,
/// `5 working days`, `1 week`, `2 working hours`, `day 4 of month`,
/// `day 4 of next month`, `same day` or `agreed with customer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Limit {
    /// Clock seconds from the instant (P39: 6 s).
    Seconds(NonZeroU32),
    /// Clock minutes from the instant.
    Minutes(NonZeroU32),
    /// Clock hours from the instant, day or night, also across a change of the
    /// clocks (P06, P14, P33, P35, P37).
    Hours(NonZeroU32),
    /// Open hours of the calendar from the instant.
    WorkingHours(NonZeroU32),
    /// To 24:00 of the n-th day after the day of receipt (P06 「3日」, P26 「三天」).
    CalendarDays(NonZeroU32),
    /// To the closing of the n-th working day after the day of receipt (P13, P19, P37, P38).
    WorkingDays(NonZeroU32),
    /// To 24:00 of the 7n-th day after the day of receipt (P13, P38).
    Weeks(NonZeroU32),
    /// To 24:00 of the next such day of a month after the day of receipt.
    DayOfMonth(MonthDay),
    /// To 24:00 of such a day of the month after that of receipt (P14: items
    /// pending in a month are due on the 4th of the next, A-13).
    DayOfNextMonth(MonthDay),
    /// To 24:00 of the day of receipt (P14: the form is completed the same day).
    SameDay,
    /// To the time that the customer granted (P15).
    Agreed,
}

/// A day of the month, 1 to 31. A month that is too short has it on its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MonthDay(i8);

impl MonthDay {
    /// The day, or `None` unless it is from 1 to 31.
    pub fn new(day: u32) -> Option<Self> {
        (1..=31).contains(&day).then_some(Self(day as i8))
    }

    /// The day of the month, from 1 to 31.
    pub fn get(self) -> u32 {
        self.0.unsigned_abs().into()
    }

    /// This day in the month of `date`.
    fn in_month_of(self, date: Date) -> Date {
        let last = date.last_of_month();
        last.with().day(self.0.min(last.day())).build().unwrap_or(last)
    }
}

/// How the time of a limit is counted, and so what a pause costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Every second of the clock counts.
    ClockTime,
    /// Only the open time of the calendar counts.
    WorkingTime,
    /// The limit names a date; nothing is counted and no pause moves it.
    Date,
}

impl Measure {
    /// The time that counts between two instants; zero when `to` is not after `from`.
    pub fn between(self, from: Timestamp, to: Timestamp, cal: &Calendar) -> SignedDuration {
        match self {
            Self::WorkingTime => cal.working_time_between(from, to),
            Self::ClockTime | Self::Date => to.max(from).duration_since(from),
        }
    }

    /// The earliest instant by which `time` that counts has passed since `from`.
    pub fn add(self, from: Timestamp, time: SignedDuration, cal: &Calendar) -> Timestamp {
        match self {
            Self::WorkingTime => cal.add_working_time(from, time),
            Self::ClockTime | Self::Date => later(from, time.max(SignedDuration::ZERO)),
        }
    }
}

/// When something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Due {
    /// Due at a time that is known.
    At {
        /// First instant that is late.
        at: Timestamp,
    },
    /// Due when the customer says, which has not been agreed yet (P15).
    AwaitingAgreement,
    /// The clock is paused and nobody knows until when.
    Paused {
        /// Since when it stands.
        since: Timestamp,
        /// Counted time left when it stopped.
        left: SignedDuration,
    },
}

impl Due {
    /// The due time, when it is known.
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::At { at } => Some(at),
            Self::AwaitingAgreement | Self::Paused { .. } => None,
        }
    }

    /// Whether the limit is missed by something that happens `now`. The due
    /// time itself is late; what is not known is not missed.
    pub fn is_over(self, now: Timestamp) -> bool {
        self.at().is_some_and(|at| now >= at)
    }

    /// The earlier of two; a known time is earlier than one that is not.
    pub fn earlier(self, other: Self) -> Self {
        match (self.at(), other.at()) {
            (Some(mine), Some(theirs)) if theirs < mine => other,
            (None, Some(_)) => other,
            (Some(_) | None, _) => self,
        }
    }
}

impl Limit {
    /// When the limit is due for something received at `start`, if never paused.
    ///
    /// `agreed` is the time the customer granted, and is looked at by
    /// [`Limit::Agreed`] alone.
    pub fn due(&self, start: Timestamp, cal: &Calendar, agreed: Option<Timestamp>) -> Due {
        let day = cal.date_of(start);
        let clock = |n: NonZeroU32, unit: i64| {
            later(start, SignedDuration::from_secs(i64::from(n.get()).saturating_mul(unit)))
        };
        let at = match *self {
            Self::Seconds(n) => clock(n, 1),
            Self::Minutes(n) => clock(n, 60),
            Self::Hours(n) => clock(n, 3_600),
            Self::WorkingHours(n) => cal.add_working_time(start, SignedDuration::from_hours(n.get().into())),
            Self::CalendarDays(n) => cal.end_of(days_after(day, n.get())),
            Self::Weeks(n) => cal.end_of(days_after(day, n.get().saturating_mul(DAYS_OF_WEEK))),
            Self::WorkingDays(n) => {
                let last = cal.add_working_days(day, n.get());
                cal.closing_of(last).unwrap_or_else(|| cal.end_of(last))
            }
            Self::DayOfMonth(wanted) => {
                let this = wanted.in_month_of(day);
                cal.end_of(if this > day { this } else { wanted.in_month_of(month_after(day)) })
            }
            Self::DayOfNextMonth(wanted) => cal.end_of(wanted.in_month_of(month_after(day))),
            Self::SameDay => cal.end_of(day),
            Self::Agreed => match agreed {
                Some(at) => at,
                None => return Due::AwaitingAgreement,
            },
        };
        Due::At { at }
    }

    /// How the time of this limit is counted.
    pub fn measure(&self) -> Measure {
        match self {
            Self::Seconds(_) | Self::Minutes(_) | Self::Hours(_) | Self::CalendarDays(_) | Self::Weeks(_) => {
                Measure::ClockTime
            }
            Self::WorkingHours(_) | Self::WorkingDays(_) => Measure::WorkingTime,
            Self::DayOfMonth(_) | Self::DayOfNextMonth(_) | Self::SameDay | Self::Agreed => Measure::Date,
        }
    }

    /// Whether the limit is counted in whole days.
    pub(crate) fn is_in_days(&self) -> bool {
        matches!(self, Self::CalendarDays(_) | Self::Weeks(_) | Self::WorkingDays(_))
    }

    /// From when time counts: the end of the day of receipt for limits in days,
    /// `start` itself for all others.
    pub fn counts_from(&self, start: Timestamp, cal: &Calendar) -> Timestamp {
        if self.is_in_days() { cal.end_of(cal.date_of(start)) } else { start }
    }
}

fn days_after(day: Date, days: u32) -> Date {
    let span = jiff::SignedDuration::from_hours(i64::from(days) * 24);
    day.checked_add(span).unwrap_or(Date::MAX)
}

fn month_after(day: Date) -> Date {
    day.last_of_month().tomorrow().unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn calendar(hours: &str) -> Calendar {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let weekly: Vec<_> = days.iter().map(|day| format!("\"{day}\": {hours}")).collect();
        let weekly = weekly.join(",");
        let text = format!(r#"{{"id": "t", "version": 1, "zone": "Asia/Shanghai", "weekly": {{{weekly}}}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[track_caller]
    fn due(limit: &str, start: &str, expected: &str) {
        due_in(&calendar("\"all day\""), limit, start, expected);
    }

    #[track_caller]
    fn due_in(cal: &Calendar, limit: &str, start: &str, expected: &str) {
        let due = limit.parse::<Limit>().unwrap().due(ts(start), cal, None);
        assert_eq!(due.at(), Some(ts(expected)), "{limit} from {start}");
    }

    #[test]
    fn one_working_day_from_friday_is_the_end_of_monday() {
        due("1 working day", "2025-03-07T10:00+08", "2025-03-11T00:00+08"); // A-01
        due("5 working days", "2025-03-03T09:00+08", "2025-03-11T00:00+08"); // A-21
        due("1 working day", "2025-03-08T23:59+08", "2025-03-11T00:00+08");
    }

    #[test]
    fn a_working_day_with_hours_ends_at_the_last_closing() {
        let shop = calendar(r#"["09:00-12:00", "13:30-18:00"]"#);
        due_in(&shop, "1 working day", "2025-03-07T10:00+08", "2025-03-10T18:00+08");
        due_in(&shop, "2 working hours", "2025-03-07T17:00+08", "2025-03-10T10:00+08");
        due_in(&shop, "2 working hours", "2025-03-07T20:00+08", "2025-03-10T11:00+08");
        due_in(&shop, "3 calendar days", "2025-03-07T10:00+08", "2025-03-11T00:00+08");
    }

    #[test]
    fn days_and_weeks_of_the_calendar_do_not_count_the_day_of_receipt() {
        due("3 calendar days", "2025-03-07T10:00+08", "2025-03-11T00:00+08"); // P06, P26
        due("1 week", "2025-03-03T00:00+08", "2025-03-11T00:00+08"); // A-22: by 03-10
        due("same day", "2025-03-03T23:59+08", "2025-03-04T00:00+08");
    }

    #[test]
    fn hours_run_by_the_clock() {
        due("1h", "2025-03-08T09:00+08", "2025-03-08T10:00+08"); // A-07
        due("24h", "2025-03-07T08:00+08", "2025-03-08T08:00+08"); // A-24
        due("6s", "2025-03-07T08:00+08", "2025-03-07T08:00:06+08");
        let berlin = r#"{"id": "b", "version": 1, "zone": "Europe/Berlin", "weekly": {"monday": "all day"}}"#;
        let berlin: Calendar = serde_json::from_str(berlin).unwrap();
        due_in(&berlin, "24h", "2025-03-29T12:00+01", "2025-03-30T13:00+02");
        due_in(&berlin, "1 calendar day", "2025-03-29T12:00+01", "2025-03-31T00:00+02");
    }

    #[test]
    fn the_fourth_of_the_month() {
        due("day 4 of month", "2025-03-03T10:00+08", "2025-03-05T00:00+08");
        due("day 4 of month", "2025-03-04T10:00+08", "2025-04-05T00:00+08");
        due("day 4 of next month", "2025-03-03T10:00+08", "2025-04-05T00:00+08"); // A-13
        due("day 31 of month", "2025-01-31T10:00+08", "2025-03-01T00:00+08");
    }

    #[test]
    fn an_agreed_time_is_due_once_it_is_agreed() {
        let (cal, start) = (calendar("\"all day\""), ts("2025-03-03T10:00+08"));
        assert_eq!(Limit::Agreed.due(start, &cal, None), Due::AwaitingAgreement);
        let agreed = ts("2025-03-20T15:00+08");
        assert_eq!(Limit::Agreed.due(start, &cal, Some(agreed)), Due::At { at: agreed });
    }

    #[test]
    fn the_due_time_itself_is_late_and_the_unknown_is_not() {
        let at = ts("2025-03-03T10:00Z");
        assert!(Due::At { at }.is_over(at));
        assert!(!Due::At { at }.is_over(ts("2025-03-03T09:59:59.999Z")));
        assert!(!Due::AwaitingAgreement.is_over(Timestamp::MAX));
        assert_eq!(Due::AwaitingAgreement.earlier(Due::At { at }), Due::At { at });
    }

    #[test]
    fn absurd_limits_end_with_time_itself() {
        let cal = calendar("\"all day\"");
        for limit in [Limit::Weeks(NonZeroU32::MAX), Limit::Hours(NonZeroU32::MAX)] {
            assert!(limit.due(Timestamp::MAX, &cal, None).at().is_some());
        }
    }
}
