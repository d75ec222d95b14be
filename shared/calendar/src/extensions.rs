//! More time that somebody with the authority granted to a running clock.
//!
//! An extension lengthens the budget by the counted time from the due time that was to the one that was granted, so
//! that a later pause moves it like any other time; the clock is never due before what was granted.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::limit::Measure;

/// More time, as journalled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// When it was due.
    pub from: Timestamp,
    /// Until when it was extended.
    pub until: Timestamp,
    /// Id of whoever granted it.
    pub by: String,
}

impl Extension {
    /// When it was due and when it is, as people of `zone` read it.
    pub(crate) fn shown(&self, zone: &TimeZone) -> (String, String) {
        let local = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        (local(self.from), local(self.until))
    }
}

/// The counted time that extensions add to the budget.
pub(crate) fn added(extensions: &[Extension], measure: Measure, cal: &Calendar) -> SignedDuration {
    let times = extensions.iter().map(|more| measure.between(more.from, more.until, cal));
    times.fold(SignedDuration::ZERO, SignedDuration::saturating_add)
}

/// The latest time that was granted, where it is later than `at`.
pub(crate) fn not_before(extensions: &[Extension], at: Timestamp) -> Timestamp {
    extensions.iter().map(|more| more.until).fold(at, Timestamp::max)
}

#[cfg(test)]
mod tests {
    use crate::{ClockPolicy, Due, Extension, Segment, due_at, explain};

    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn weekdays() -> Calendar {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let weekly: Vec<_> = days.iter().map(|day| format!("\"{day}\": [\"09:00-17:00\"]")).collect();
        let weekly = weekly.join(",");
        let text = format!(r#"{{"id": "t", "version": 1, "zone": "Asia/Shanghai", "weekly": {{{weekly}}}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    /// Two working days from Monday, by the end of Wednesday; extended from then to `until`.
    fn extended(until: &str) -> ClockPolicy {
        let more = Extension { from: ts("2025-03-05T17:00+08"), until: ts(until), by: "manager".to_owned() };
        let policy = ClockPolicy::new("2 working days".parse().unwrap()).pausable(["away"]);
        ClockPolicy { extensions: vec![more], ..policy }
    }

    const START: &str = "2025-03-03T10:00+08";

    #[test]
    fn it_is_due_when_was_granted_and_a_pause_moves_that() {
        let (cal, start) = (weekdays(), ts(START));
        let friday = extended("2025-03-07T17:00+08");
        assert_eq!(due_at(&friday, start, &[], &cal).at(), Some(ts("2025-03-07T17:00+08")));
        let away = |from: &str, to: &str| [Segment::paused(ts(from), Some(ts(to)), "away", "u1")];
        // Four hours of the time that was granted.
        let later = away("2025-03-06T13:00+08", "2025-03-06T17:00+08");
        assert_eq!(due_at(&friday, start, &later, &cal).at(), Some(ts("2025-03-10T13:00+08")));
        let open = [Segment::paused(ts("2025-03-06T13:00+08"), None, "away", "u1")];
        let left = SignedDuration::from_hours(12);
        assert_eq!(
            due_at(&friday, start, &open, &cal),
            Due::Paused { since: ts("2025-03-06T13:00+08"), left }
        );
    }

    #[test]
    fn what_was_granted_outside_working_time_holds_all_the_same() {
        let sunday = extended("2025-03-09T12:00+08");
        assert_eq!(due_at(&sunday, ts(START), &[], &weekdays()).at(), Some(ts("2025-03-09T12:00+08")));
        let date = ClockPolicy { limit: "same day".parse().unwrap(), ..sunday };
        assert_eq!(due_at(&date, ts(START), &[], &weekdays()).at(), Some(ts("2025-03-09T12:00+08")));
    }

    #[test]
    fn the_customers_own_limit_stands() {
        let capped = extended("2025-03-07T17:00+08").capped("3 calendar days".parse().unwrap());
        assert_eq!(due_at(&capped, ts(START), &[], &weekdays()).at(), Some(ts("2025-03-07T00:00+08")));
    }

    #[test]
    fn an_explanation_says_who_granted_it_and_which_days_it_gave() {
        let lines = explain(&extended("2025-03-07T17:00+08"), ts(START), &[], &weekdays());
        let notes: Vec<_> = lines.iter().map(|line| line.note_en.as_str()).collect();
        let expected = [
            "The time starts to run",
            "The day of receipt is not counted",
            "Working day (09:00-17:00 count, other hours do not)",
            "Working day (09:00-17:00 count, other hours do not)",
            "More time: Outside working hours",
            "More time: Working day (09:00-17:00 count, other hours do not)",
            "More time: Working day (09:00-17:00 count, other hours do not)",
            "Extended from 2025-03-05 17:00 to 2025-03-07 17:00 by manager",
            "Due (2 working days, extended)",
        ];
        assert_eq!(notes, expected);
        assert_eq!(lines[7].note_zh, "由 2025-03-05 17:00 延长至 2025-03-07 17:00，批准人 manager");
        let counted: SignedDuration = lines.iter().map(|line| line.counted).sum();
        assert_eq!(counted, SignedDuration::from_hours(32));
    }
}
