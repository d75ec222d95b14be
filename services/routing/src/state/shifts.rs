//! Who is on duty by their shift. Pure: a shift is walls and clocks of one zone, and says nothing of leave.

use contracts::PersonId;
use contracts::messages::directory_changed::{Person, Shift, Weekday};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Directory;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Hours of a shift, in minutes of the day; they end the next morning where the end is not after the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    from: u16,
    to: u16,
}

impl Hours {
    /// Reads `08:00-16:00`; `22:00-06:00` ends the next morning, `24:00` may be an end.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minute(from)?, minute(to)?);
        (from < DAY && from != to).then_some(Self { from, to })
    }

    /// Whether they have begun on their own day and not ended there.
    const fn hold_on_their_day(self, minute: u16) -> bool {
        self.from <= minute && (minute < self.to || self.to < self.from)
    }

    /// Whether they still hold on the morning after.
    const fn hold_next_morning(self, minute: u16) -> bool {
        self.to < self.from && minute < self.to
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY).then_some(total)
}

impl Directory {
    /// Whether a person is on duty at an instant. Who has no shift is, whenever they are there at all.
    #[must_use]
    pub fn is_on_duty(&self, person: &PersonId, at: Timestamp, zone: &TimeZone) -> bool {
        let Some(person) = self.people.get(person) else { return false };
        if person.shift.is_none() && person.roster.is_empty() {
            return true;
        }
        let local = at.to_zoned(zone.clone());
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        let (today, yesterday) = (local.date(), local.date().yesterday().ok());
        self.hours_of(person, today).any(|hours| hours.hold_on_their_day(minute))
            || yesterday
                .is_some_and(|day| self.hours_of(person, day).any(|hours| hours.hold_next_morning(minute)))
            || self.has_no_shift_on(person, today)
    }

    /// The shift that a person works at an instant, or works next that day; a night's until its morning ends.
    #[must_use]
    pub fn shift_at(&self, person: &PersonId, at: Timestamp, zone: &TimeZone) -> Option<&Shift> {
        let person = self.people.get(person)?;
        let local = at.to_zoned(zone.clone());
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        let night = local
            .date()
            .yesterday()
            .ok()
            .filter(|day| self.hours_of(person, *day).any(|hours| hours.hold_next_morning(minute)));
        self.shift_on(person, night.unwrap_or(local.date()))
    }

    /// The hours that somebody begins on a date: of the roster's shift where it names the date, else of their own.
    fn hours_of(&self, person: &Person, date: Date) -> impl Iterator<Item = Hours> {
        let hours = self.shift_on(person, date).and_then(|shift| shift.week.get(&Weekday::of(date)));
        hours.into_iter().flatten().filter_map(|text| Hours::parse(text))
    }

    fn shift_on(&self, person: &Person, date: Date) -> Option<&Shift> {
        let rostered = person.roster.iter().find(|day| day.date == date);
        let key = rostered.map_or(person.shift.as_ref(), |day| day.shift.as_ref());
        key.and_then(|key| self.shifts.get(key))
    }

    /// Whether somebody who works no shift is not rostered on that day either: then they are there as others are.
    fn has_no_shift_on(&self, person: &Person, date: Date) -> bool {
        person.shift.is_none() && person.roster.iter().all(|day| day.date != date)
    }
}

#[cfg(test)]
mod tests {
    use contracts::messages::directory_changed::DirectoryChanged;
    use serde_json::json;

    use super::*;

    fn directory() -> Directory {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let week = |hours: &str| {
            let week = days.map(|day| (day.to_owned(), json!([hours])));
            week.into_iter().collect::<serde_json::Map<_, _>>()
        };
        let shift =
            |id: &str, hours: &str| json!({"id": id, "name": {"zh": id, "en": id}, "week": week(hours)});
        let one = |id: &str, shift: Option<&str>, roster| json!({"id": id, "name": id, "department": "desk", "shift": shift, "roster": roster});
        let said: DirectoryChanged = serde_json::from_value(json!({
            "departments": [],
            "shifts": [shift("day", "08:00-16:00"), shift("night", "22:00-06:00")],
            "people": [
                one("a", Some("day"), json!([])),
                one("b", Some("night"), json!([])),
                one("c", None, json!([])),
                one("d", Some("day"), json!([{"date": "2025-03-04", "shift": "night"}, {"date": "2025-03-05"}])),
                one("e", None, json!([{"date": "2025-03-04"}])),
            ],
            "by": {"kind": "system"},
        }))
        .unwrap();
        let mut directory = Directory::default();
        directory.changed(&said);
        directory
    }

    #[test]
    fn a_shift_holds_from_its_beginning_to_its_end_and_over_midnight() {
        let (directory, zone) = (directory(), TimeZone::get("Asia/Shanghai").unwrap());
        let on_duty = |person: &str, at: &str| {
            directory.is_on_duty(&person.parse().unwrap(), format!("{at}+08:00").parse().unwrap(), &zone)
        };
        for (person, at, is) in [
            ("a", "2025-03-03T08:00:00", true), // a Monday
            ("a", "2025-03-03T07:59:59", false),
            ("a", "2025-03-03T16:00:00", false),
            ("a", "2025-03-08T09:00:00", false),
            ("b", "2025-03-03T23:00:00", true),
            ("b", "2025-03-04T05:59:00", true),
            ("b", "2025-03-04T06:00:00", false),
            ("b", "2025-03-03T05:00:00", false), // nobody began on Sunday
            ("b", "2025-03-08T05:00:00", true),  // Friday's night ends on Saturday
            ("c", "2025-03-08T05:00:00", true),
            ("d", "2025-03-04T09:00:00", false),
            ("d", "2025-03-04T23:00:00", true),
            ("d", "2025-03-05T05:00:00", true),
            ("d", "2025-03-05T09:00:00", false),
            ("e", "2025-03-04T09:00:00", false),
            ("e", "2025-03-05T09:00:00", true),
        ] {
            assert_eq!(on_duty(person, at), is, "{person} at {at}");
        }
    }

    #[test]
    fn hours_are_two_different_times_of_the_day() {
        for bad in ["8:00-16:00", "08:00", "08:00-08:00", "24:00-06:00", "08:60-09:00", "08:00-25:00", ""] {
            assert_eq!(Hours::parse(bad), None, "{bad}");
        }
        assert!(Hours::parse("16:00-24:00").is_some() && Hours::parse("00:00-24:00").is_some());
    }
}
