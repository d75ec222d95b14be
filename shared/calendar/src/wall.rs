//! Times as the wall shows them, and the instants they are.
//!
//! The rule kept here: the mapping is monotone, so that intervals which do not
//! overlap on the wall do not overlap in time either, and no instant is counted
//! twice on a 25-hour day or invented on a 23-hour day.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// Minutes in a day on the wall; also the minute that means 24:00.
pub(crate) const MINUTES_OF_DAY: u16 = 24 * 60;

/// An open interval on the wall, in minutes of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) from: u16,
    pub(crate) to: u16,
}

impl Shift {
    /// Reads `09:00-12:00`; `None` unless it ends after it begins.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let shift = Self { from: minute_of(from.trim())?, to: minute_of(to.trim())? };
        (shift.from < shift.to).then_some(shift)
    }
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= MINUTES_OF_DAY).then_some(total)
}

/// The first instant at which the wall of `zone` shows `minute` of `date`, or
/// later. `MINUTES_OF_DAY` means 24:00, which is 00:00 of the next day.
pub(crate) fn instant_of(zone: &TimeZone, date: Date, minute: u16) -> Timestamp {
    if minute >= MINUTES_OF_DAY {
        return match date.tomorrow() {
            Ok(next) => first_instant(zone, next.to_datetime(Time::midnight())),
            Err(_) => Timestamp::MAX,
        };
    }
    let (hour, minute) = ((minute / 60) as i8, (minute % 60) as i8);
    first_instant(zone, date.at(hour, minute, 0, 0))
}

fn first_instant(zone: &TimeZone, wall: DateTime) -> Timestamp {
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    let skipped = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
    // In a fold `compatible` is the first of the two instants, as wanted.
    let Ok(found) = ambiguous.compatible() else {
        return if wall.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
    };
    if !skipped {
        return found;
    }
    // The wall never shows this time: what counts is the jump itself, which is
    // the last transition at or before the shifted instant.
    let after = later(found, SignedDuration::from_nanos(1));
    zone.preceding(after).next().map_or(found, |jump| jump.timestamp())
}

/// The local date of an instant, consistent with [`instant_of`].
pub(crate) fn date_of(zone: &TimeZone, at: Timestamp) -> Date {
    let shown = zone.to_datetime(at).date();
    // Where clocks are turned back across midnight, the evening is shown a
    // second time after the next day has begun; that belongs to the next day.
    match shown.tomorrow() {
        Ok(next) if at >= instant_of(zone, next, 0) => next,
        _ => shown,
    }
}

/// `at` moved by `by`, stopping at the end of representable time.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn a_skipped_time_is_the_jump_and_a_repeated_time_is_its_first_showing() {
        let berlin = zone("Europe/Berlin");
        let jump = "2025-03-30T01:00:00Z".parse::<Timestamp>().unwrap();
        for minute in [120, 150, 180] {
            assert_eq!(instant_of(&berlin, date(2025, 3, 30), minute), jump);
        }
        let first = "2025-10-26T00:30:00Z".parse::<Timestamp>().unwrap();
        assert_eq!(instant_of(&berlin, date(2025, 10, 26), 150), first);
    }

    #[test]
    fn days_have_23_24_or_25_hours() {
        let berlin = zone("Europe/Berlin");
        let hours =
            |d| instant_of(&berlin, d, MINUTES_OF_DAY).duration_since(instant_of(&berlin, d, 0)).as_hours();
        assert_eq!(hours(date(2025, 3, 30)), 23);
        assert_eq!(hours(date(2025, 3, 31)), 24);
        assert_eq!(hours(date(2025, 10, 26)), 25);
    }

    #[test]
    fn a_day_that_the_zone_skipped_has_no_length() {
        let apia = zone("Pacific/Apia");
        let gone = date(2011, 12, 30);
        assert_eq!(instant_of(&apia, gone, 0), instant_of(&apia, gone, MINUTES_OF_DAY));
    }

    #[test]
    fn an_evening_shown_twice_belongs_to_the_day_that_had_begun() {
        // Newfoundland turned back from 00:01 to 23:01 until 2011.
        let st_johns = zone("America/St_Johns");
        let after_turning_back = "2010-11-07T02:45:00Z".parse().unwrap();
        assert_eq!(st_johns.to_datetime(after_turning_back).date(), date(2010, 11, 6));
        assert_eq!(date_of(&st_johns, after_turning_back), date(2010, 11, 7));
    }

    #[test]
    fn the_ends_of_time_saturate() {
        assert_eq!(instant_of(&TimeZone::UTC, Date::MAX, MINUTES_OF_DAY), Timestamp::MAX);
        assert_eq!(later(Timestamp::MAX, SignedDuration::from_hours(1)), Timestamp::MAX);
    }
}
