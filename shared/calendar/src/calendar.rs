//! The working calendar and its arithmetic (R-069: P13, P19, P37, P38).
//!
//! All arithmetic is total: it stops at the ends of representable time instead
//! of failing, and a [`Calendar`] that exists has been checked as a whole.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::{CalendarErrors, CalendarSpec, Day, check};
use crate::wall::{MINUTES_OF_DAY, Shift, date_of, instant_of, later};

/// Working days, hours, holidays and make-up days (调休) of one organisation.
///
/// Read from YAML or JSON in the shape of [`CalendarSpec`]; reading refuses a
/// calendar with all its problems named. Share it as `Arc<Calendar>`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "CalendarSpec", into = "CalendarSpec")]
pub struct Calendar {
    spec: CalendarSpec,
    zone: TimeZone,
    weekly: BTreeMap<Day, Vec<Shift>>,
    dated: BTreeMap<Date, DayPlan>,
}

/// What a calendar says of one date in particular.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DayPlan {
    Holiday { name_zh: String, name_en: String },
    MakeUp { shifts: Vec<Shift>, name_zh: String, name_en: String },
}

/// A stretch of business time; `to` is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
}

/// Why a date is worked or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the names that the calendar gives the day")]
pub enum DayKind<'a> {
    /// A regular working day of the week.
    Working,
    /// A weekday that is not worked.
    Weekend,
    /// A dated closure.
    Holiday { name_zh: &'a str, name_en: &'a str },
    /// A dated working day (调休).
    MakeUp { name_zh: &'a str, name_en: &'a str },
}

impl TryFrom<CalendarSpec> for Calendar {
    type Error = CalendarErrors;

    fn try_from(spec: CalendarSpec) -> Result<Self, CalendarErrors> {
        let checked = check(&spec)?;
        Ok(Self { spec, zone: checked.zone, weekly: checked.weekly, dated: checked.dated })
    }
}

impl From<Calendar> for CalendarSpec {
    fn from(calendar: Calendar) -> Self {
        calendar.spec
    }
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec
    }
}

impl Eq for Calendar {}

impl Calendar {
    /// Name by which playbooks refer to the calendar.
    pub fn id(&self) -> &str {
        &self.spec.id
    }

    /// Version of the calendar, from 1.
    pub fn version(&self) -> u32 {
        self.spec.version
    }

    /// The zone in which all dates and hours of the calendar are meant.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The calendar as its file says it.
    pub fn spec(&self) -> &CalendarSpec {
        &self.spec
    }

    /// Whether the holidays of `date` have been published. Always, for a
    /// calendar that does not say how far it is known.
    pub fn is_known(&self, date: Date) -> bool {
        self.spec.known_through.is_none_or(|last| date <= last)
    }

    /// The local date of an instant.
    pub fn date_of(&self, at: Timestamp) -> Date {
        date_of(&self.zone, at)
    }

    /// The first instant of `date`.
    pub fn start_of(&self, date: Date) -> Timestamp {
        instant_of(&self.zone, date, 0)
    }

    /// 24:00 of `date`, which is the first instant of the day after.
    pub fn end_of(&self, date: Date) -> Timestamp {
        instant_of(&self.zone, date, MINUTES_OF_DAY)
    }

    /// Why `date` is worked or not.
    pub fn day_kind(&self, date: Date) -> DayKind<'_> {
        match self.dated.get(&date) {
            Some(DayPlan::Holiday { name_zh, name_en }) => DayKind::Holiday { name_zh, name_en },
            Some(DayPlan::MakeUp { name_zh, name_en, .. }) => DayKind::MakeUp { name_zh, name_en },
            None if self.weekly.contains_key(&date.weekday().into()) => DayKind::Working,
            None => DayKind::Weekend,
        }
    }

    fn shifts(&self, date: Date) -> &[Shift] {
        match self.dated.get(&date) {
            Some(DayPlan::Holiday { .. }) => &[],
            Some(DayPlan::MakeUp { shifts, .. }) => shifts,
            None => self.weekly.get(&date.weekday().into()).map_or(&[], Vec::as_slice),
        }
    }

    /// Whether `date` is worked; make-up days are, holidays are not.
    pub fn is_working_day(&self, date: Date) -> bool {
        !self.shifts(date).is_empty()
    }

    /// The open intervals of `date` in order, never overlapping; none when it
    /// is not worked, the whole day when it is worked without hours.
    pub fn open_intervals(&self, date: Date) -> Vec<Interval> {
        self.intervals(date).collect()
    }

    pub(crate) fn intervals(&self, date: Date) -> impl DoubleEndedIterator<Item = Interval> {
        self.shifts(date)
            .iter()
            .map(move |shift| Interval {
                from: instant_of(&self.zone, date, shift.from),
                to: instant_of(&self.zone, date, shift.to),
            })
            // Hours that the zone skipped that day do not exist.
            .filter(|interval| interval.from < interval.to)
    }

    /// The last closing time of `date`, or 24:00 where it is worked without
    /// hours; `None` when it is not worked.
    pub fn closing_of(&self, date: Date) -> Option<Timestamp> {
        self.shifts(date).last().map(|shift| instant_of(&self.zone, date, shift.to))
    }

    /// The first working day after `date`, which itself is not considered.
    pub fn next_working_day(&self, date: Date) -> Date {
        let mut day = date;
        // Ends early: every week has a working day and a closure is at most a year.
        while let Ok(next) = day.tomorrow() {
            day = next;
            if self.is_working_day(day) {
                break;
            }
        }
        day
    }

    /// The `days`-th working day after `date`; `date` itself for 0. The day of
    /// receipt is not counted.
    pub fn add_working_days(&self, date: Date, days: u32) -> Date {
        let mut day = date;
        for _ in 0..days {
            if day == Date::MAX {
                break;
            }
            day = self.next_working_day(day);
        }
        day
    }

    /// The open time between two instants; zero when `to` is not after `from`.
    pub fn working_time_between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let mut total = SignedDuration::ZERO;
        if to <= from {
            return total;
        }
        let last = self.date_of(to);
        let mut date = self.date_of(from);
        loop {
            for open in self.intervals(date) {
                let (begin, end) = (open.from.max(from), open.to.min(to));
                if begin < end {
                    total = total.saturating_add(end.duration_since(begin));
                }
            }
            match date.tomorrow() {
                Ok(next) if next <= last => date = next,
                _ => return total,
            }
        }
    }

    /// The earliest instant by which `time` of open time has passed since
    /// `from`; `from` itself when `time` is not positive.
    pub fn add_working_time(&self, from: Timestamp, time: SignedDuration) -> Timestamp {
        let mut left = time;
        if !left.is_positive() {
            return from;
        }
        let mut date = self.date_of(from);
        loop {
            for open in self.intervals(date) {
                let begin = open.from.max(from);
                if begin >= open.to {
                    continue;
                }
                let here = open.to.duration_since(begin);
                if here >= left {
                    return later(begin, left);
                }
                left = left.saturating_sub(here);
            }
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => return Timestamp::MAX,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::spec::CalendarProblem;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shop() -> serde_json::Value {
        let hours = json!(["13:30-18:00", "09:00-12:00"]);
        json!({
            "id": "shop", "version": 1, "zone": "Asia/Shanghai",
            "weekly": { "monday": hours, "tuesday": hours, "friday": hours, "saturday": ["10:00-14:00"], "sunday": [] },
            "holidays": [{ "first": "2025-03-03", "last": "2025-03-04", "name_zh": "盘点", "name_en": "Stocktaking" }],
            "make_up_days": [
                { "date": "2025-03-09", "name_zh": "调休", "name_en": "Make-up", "like": "friday" },
                { "date": "2025-03-12", "name_zh": "夜市", "name_en": "Night market", "hours": ["18:00-24:00"] },
            ],
        })
    }

    fn read(value: serde_json::Value) -> Calendar {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn make_up_days_are_worked_and_holidays_are_not() {
        let shop = read(shop());
        assert_eq!(
            shop.day_kind(date(2025, 3, 3)),
            DayKind::Holiday { name_zh: "盘点", name_en: "Stocktaking" }
        );
        assert_eq!(shop.day_kind(date(2025, 3, 2)), DayKind::Weekend);
        assert_eq!(shop.next_working_day(date(2025, 3, 1)), date(2025, 3, 7));
        // Fri 7, Sat 8, make-up Sun 9, Mon 10, Tue 11, make-up Wed 12.
        assert_eq!(shop.add_working_days(date(2025, 3, 1), 6), date(2025, 3, 12));
        assert_eq!(shop.closing_of(date(2025, 3, 9)), Some(ts("2025-03-09T10:00:00Z")));
        assert_eq!(shop.closing_of(date(2025, 3, 12)), Some(ts("2025-03-12T16:00:00Z")));
        assert_eq!(shop.closing_of(date(2025, 3, 3)), None);
    }

    #[test]
    fn working_time_skips_lunch_nights_and_closed_days() {
        let shop = read(shop());
        let friday_1130 = ts("2025-03-07T03:30:00Z");
        assert_eq!(
            shop.add_working_time(friday_1130, SignedDuration::from_mins(30)),
            ts("2025-03-07T04:00:00Z")
        );
        assert_eq!(
            shop.add_working_time(friday_1130, SignedDuration::from_mins(31)),
            ts("2025-03-07T05:31:00Z")
        );
        assert_eq!(
            shop.add_working_time(friday_1130, SignedDuration::from_hours(6)),
            ts("2025-03-08T03:00:00Z")
        );
        let saturday_noon = ts("2025-03-08T04:00:00Z");
        assert_eq!(shop.working_time_between(friday_1130, saturday_noon), SignedDuration::from_hours(7));
        assert_eq!(shop.working_time_between(saturday_noon, friday_1130), SignedDuration::ZERO);
    }

    #[test]
    fn a_calendar_is_written_back_as_it_was_read() {
        let shop = read(shop());
        let text = serde_json::to_string(&shop).unwrap();
        assert_eq!(serde_json::from_str::<Calendar>(&text).unwrap(), shop);
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let spec = json!({
            "id": " ", "version": 0, "zone": "Asia/Pekin",
            "weekly": { "monday": ["09:00-12:00", "11:00-13:00", "9-10"], "tuesday": "always", "friday": ["18:00-18:00"] },
            "holidays": [
                { "first": "2025-05-05", "last": "2025-05-01", "name_zh": "劳动节", "name_en": "" },
                { "first": "2025-10-01", "last": "2025-10-02", "name_zh": "国庆节", "name_en": "National Day" },
                { "first": "2025-10-02", "name_zh": "国庆节", "name_en": "National Day" },
                { "first": "2025-12-31", "last": "2052-12-31", "name_zh": "元旦", "name_en": "New Year" },
            ],
            "make_up_days": [
                { "date": "2025-10-01", "name_zh": "调休", "name_en": "Make-up", "like": "monday" },
                { "date": "2025-10-11", "name_zh": "调休", "name_en": "Make-up" },
                { "date": "2025-10-12", "name_zh": "调休", "name_en": "Make-up", "like": "sunday" },
            ],
        });
        let spec: CalendarSpec = serde_json::from_value(spec).unwrap();
        let errors = Calendar::try_from(spec).unwrap_err();
        let all = errors.to_string();
        let expected = [
            "the id is blank",
            "versions count",
            "Asia/Pekin",
            "11:00-13:00 overlap",
            "\"9-10\"",
            "\"always\"",
            "\"18:00-18:00\"",
            "2025-05-05: the name",
            "ends before it begins",
            "2025-10-02 is in two holidays",
            "longer than a year",
            "2025-10-01 is both",
            "2025-10-11: a make-up day has either",
            "2025-10-12: a make-up day has no open",
        ];
        for part in expected {
            assert!(all.contains(part), "{part} in {all}");
        }
        assert_eq!(errors.problems.len(), expected.len(), "{all}");
    }

    #[test]
    fn a_week_without_work_and_an_unknown_field_are_refused() {
        let mut value = shop();
        value["weekly"] = json!({ "sunday": [] });
        value["make_up_days"] = json!([]);
        let spec: CalendarSpec = serde_json::from_value(value).unwrap();
        assert_eq!(Calendar::try_from(spec).unwrap_err().problems, [CalendarProblem::NoWorkingWeekday]);
        let mut value = shop();
        value["holydays"] = json!([]);
        assert!(serde_json::from_value::<Calendar>(value).is_err());
    }
}
