//! Offsets to a due time, for the rungs of a ladder.
//!
//! A due time is the first instant that is late, so the end of Monday reads as
//! Tuesday. Offsets in days therefore count from the day *in which* the limit
//! ended; using [`Limit::due`] on a due time would be a day off.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::Calendar;
use crate::limit::{Due, Limit, Measure};
use crate::wall::later;

const TICK: SignedDuration = SignedDuration::from_nanos(1);

impl Limit {
    /// The time this much after `due`: `1 working day` after the end of Monday
    /// is the closing of Tuesday. `None` for limits that name a date.
    pub fn after(&self, due: Timestamp, cal: &Calendar) -> Option<Timestamp> {
        if self.measure() == Measure::Date {
            return None;
        }
        let start = if self.is_in_days() { later(due, -TICK) } else { due };
        match self.due(start, cal, None) {
            Due::At { at } => Some(at),
            Due::AwaitingAgreement | Due::Paused { .. } => None,
        }
    }

    /// The time this much before `due`: `1 working day` before the end of
    /// Monday is the closing of Friday. `None` for limits that name a date.
    pub fn before(&self, due: Timestamp, cal: &Calendar) -> Option<Timestamp> {
        let last = cal.date_of(later(due, -TICK));
        let clock = |n: u32, unit: i64| later(due, -SignedDuration::from_secs(i64::from(n) * unit));
        let days = |n: i64| {
            let day = last.checked_sub(SignedDuration::from_hours(n * 24)).unwrap_or(Date::MIN);
            cal.end_of(day)
        };
        match *self {
            Self::Seconds(n) => Some(clock(n.get(), 1)),
            Self::Minutes(n) => Some(clock(n.get(), 60)),
            Self::Hours(n) => Some(clock(n.get(), 3_600)),
            Self::WorkingHours(n) => {
                Some(cal.subtract_working_time(due, SignedDuration::from_hours(n.get().into())))
            }
            Self::CalendarDays(n) => Some(days(n.get().into())),
            Self::Weeks(n) => Some(days(i64::from(n.get()) * 7)),
            Self::WorkingDays(n) => {
                let day = (0..n.get()).try_fold(last, |day, _| {
                    // Stops the walk at the beginning of time.
                    (day > Date::MIN).then(|| cal.previous_working_day(day))
                });
                let day = day.unwrap_or(Date::MIN);
                Some(cal.closing_of(day).unwrap_or_else(|| cal.end_of(day)))
            }
            Self::DayOfMonth(_) | Self::DayOfNextMonth(_) | Self::SameDay | Self::Agreed => None,
        }
    }
}

impl Calendar {
    /// The last working day before `date`, which itself is not considered.
    pub fn previous_working_day(&self, date: Date) -> Date {
        let mut day = date;
        while let Ok(previous) = day.yesterday() {
            day = previous;
            if self.is_working_day(day) {
                break;
            }
        }
        day
    }

    /// The latest instant from which `time` of open time passes until `until`;
    /// `until` itself when `time` is not positive.
    pub fn subtract_working_time(&self, until: Timestamp, time: SignedDuration) -> Timestamp {
        let mut left = time;
        if !left.is_positive() {
            return until;
        }
        let mut date = self.date_of(until);
        loop {
            for open in self.intervals(date).rev() {
                let end = open.to.min(until);
                if end <= open.from {
                    continue;
                }
                let here = end.duration_since(open.from);
                if here >= left {
                    return later(end, -left);
                }
                left = left.saturating_sub(here);
            }
            match date.yesterday() {
                Ok(previous) => date = previous,
                Err(_) => return Timestamp::MIN,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn weekdays(hours: &str) -> Calendar {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let weekly: Vec<_> = days.iter().map(|day| format!("\"{day}\": {hours}")).collect();
        let weekly = weekly.join(",");
        let text = format!(r#"{{"id": "t", "version": 1, "zone": "Asia/Shanghai", "weekly": {{{weekly}}}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn days_are_counted_from_the_day_in_which_the_limit_ended() {
        let cal = weekdays("\"all day\"");
        let end_of_monday = ts("2025-03-11T00:00+08");
        let around = |offset: &str| {
            let offset: Limit = offset.parse().unwrap();
            (offset.before(end_of_monday, &cal).unwrap(), offset.after(end_of_monday, &cal).unwrap())
        };
        assert_eq!(around("1 working day"), (ts("2025-03-08T00:00+08"), ts("2025-03-12T00:00+08")));
        assert_eq!(around("1 calendar day"), (ts("2025-03-10T00:00+08"), ts("2025-03-12T00:00+08")));
        assert_eq!(around("1 week"), (ts("2025-03-04T00:00+08"), ts("2025-03-18T00:00+08")));
        assert_eq!(around("2h"), (ts("2025-03-10T22:00+08"), ts("2025-03-11T02:00+08")));
        assert_eq!(Limit::SameDay.before(end_of_monday, &cal), None);
    }

    #[test]
    fn working_hours_are_counted_back_over_lunch_and_nights() {
        let cal = weekdays(r#"["09:00-12:00", "13:30-18:00"]"#);
        let back = |hours: i64| {
            cal.subtract_working_time(ts("2025-03-10T14:00+08"), SignedDuration::from_hours(hours))
        };
        assert_eq!(back(1), ts("2025-03-10T11:30+08"));
        assert_eq!(back(4), ts("2025-03-07T17:30+08"));
    }
}
