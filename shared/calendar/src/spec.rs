//! What a calendar file says, and the check that makes it usable.
//!
//! The shapes here are as lax as the file format; [`check`] reports *all*
//! problems of a file at once, so that its author mends it in one go.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::DayPlan;
use crate::wall::{MINUTES_OF_DAY, Shift};

/// The longest closure that one holiday entry may cover, in days; a longer one
/// is taken for a mistyped year.
const LONGEST_HOLIDAY: i32 = 366;

/// A calendar as written in YAML or JSON. Becomes a
/// [`Calendar`](crate::Calendar) through `TryFrom`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarSpec {
    /// Name by which playbooks refer to the calendar.
    pub id: String,
    /// Counts up from 1 with every change; a clock keeps the version it ran on.
    pub version: u32,
    /// IANA name of the zone in which all dates and hours are meant.
    pub zone: String,
    /// Regular working days; a weekday left out, or with `[]`, is not worked.
    pub weekly: BTreeMap<Day, Hours>,
    /// Dates on which nobody works.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// Dates that are worked although the week says otherwise (调休), or that
    /// have other hours than their weekday.
    #[serde(default)]
    pub make_up_days: Vec<MakeUpDay>,
    /// Last date for which the holidays have been published. Due times after it
    /// are computed all the same, and say so when explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_through: Option<Date>,
}

/// A weekday, as calendar files spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the days of the week")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<Weekday> for Day {
    fn from(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

/// Hours of a working day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Hours {
    /// `all day`: a working day without hours, which ends at 24:00.
    Word(String),
    /// Open intervals such as `09:00-12:00`, local; `24:00` may end one.
    Shifts(Vec<String>),
}

/// A closure of one or more days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// First day of the closure.
    pub first: Date,
    /// Last day of the closure, itself included; left out for a single day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
}

/// A dated working day, by its own `hours` or those of the weekday `like`:
/// exactly one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeUpDay {
    /// The day that is worked.
    pub date: Date,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Hours of this day alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Weekday whose hours hold on this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<Day>,
}

/// All that is wrong with a calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct CalendarErrors {
    /// The calendar's id, as written.
    pub id: String,
    /// Every problem found, in the order of the file. Never empty.
    pub problems: Vec<CalendarProblem>,
}

impl fmt::Display for CalendarErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "calendar {:?}:", self.id)?;
        for (n, problem) in self.problems.iter().enumerate() {
            write!(f, "{} {problem}", if n == 0 { "" } else { ";" })?;
        }
        Ok(())
    }
}

/// One thing that is wrong with a calendar. `place` is a weekday or a date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum CalendarProblem {
    #[error("the id is blank")]
    BlankId,
    #[error("versions count from 1")]
    VersionZero,
    #[error("{zone:?} is no IANA time zone known here")]
    UnknownZone { zone: String },
    #[error("no weekday is worked")]
    NoWorkingWeekday,
    #[error("{place}: {text:?} is neither a list of intervals nor \"all day\"")]
    UnknownWord { place: String, text: String },
    #[error("{place}: {text:?} is no interval such as \"09:00-12:00\" that ends after it begins")]
    BadInterval { place: String, text: String },
    #[error("{place}: {first} and {second} overlap")]
    Overlap { place: String, first: String, second: String },
    #[error("{first}: the holiday ends before it begins, on {last}")]
    HolidayBackwards { first: Date, last: Date },
    #[error("{first}: the holiday is longer than a year, to {last}")]
    HolidayTooLong { first: Date, last: Date },
    #[error("{date} is in two holidays")]
    HolidayTwice { date: Date },
    #[error("{date} is a make-up day twice")]
    MakeUpTwice { date: Date },
    #[error("{date} is both a holiday and a make-up day")]
    HolidayAndMakeUp { date: Date },
    #[error("{date}: the name needs Chinese and English")]
    NameMissing { date: Date },
    #[error("{date}: a make-up day has either its own hours or those of a weekday, not both and not neither")]
    HoursUnclear { date: Date },
    #[error("{date}: a make-up day has no open interval")]
    MakeUpClosed { date: Date },
}

/// What the check yields: all that [`Calendar`](crate::Calendar) looks things up in.
pub(crate) struct Checked {
    pub(crate) zone: TimeZone,
    pub(crate) weekly: BTreeMap<Day, Vec<Shift>>,
    pub(crate) dated: BTreeMap<Date, DayPlan>,
}

/// Checks a calendar, collecting every problem.
pub(crate) fn check(spec: &CalendarSpec) -> Result<Checked, CalendarErrors> {
    let mut problems = Vec::new();
    if spec.id.trim().is_empty() {
        problems.push(CalendarProblem::BlankId);
    }
    if spec.version == 0 {
        problems.push(CalendarProblem::VersionZero);
    }
    let zone = TimeZone::get(&spec.zone).unwrap_or_else(|_| {
        problems.push(CalendarProblem::UnknownZone { zone: spec.zone.clone() });
        TimeZone::UTC
    });
    let weekly = check_week(spec, &mut problems);
    let mut dated = BTreeMap::new();
    for holiday in &spec.holidays {
        check_holiday(holiday, &mut dated, &mut problems);
    }
    for day in &spec.make_up_days {
        check_make_up(day, spec, &weekly, &mut dated, &mut problems);
    }
    if problems.is_empty() {
        Ok(Checked { zone, weekly, dated })
    } else {
        Err(CalendarErrors { id: spec.id.clone(), problems })
    }
}

fn check_week(spec: &CalendarSpec, problems: &mut Vec<CalendarProblem>) -> BTreeMap<Day, Vec<Shift>> {
    let mut weekly = BTreeMap::new();
    for (day, hours) in &spec.weekly {
        let shifts = check_hours(&format!("{day:?}").to_lowercase(), hours, problems);
        if !shifts.is_empty() {
            weekly.insert(*day, shifts);
        }
    }
    // A week whose intervals are all mistyped has been reported already.
    let says_none = spec.weekly.values().all(|hours| *hours == Hours::Shifts(Vec::new()));
    if weekly.is_empty() && says_none {
        problems.push(CalendarProblem::NoWorkingWeekday);
    }
    weekly
}

fn check_hours(place: &str, hours: &Hours, problems: &mut Vec<CalendarProblem>) -> Vec<Shift> {
    let texts = match hours {
        Hours::Word(word) if word == "all day" => {
            return vec![Shift { from: 0, to: MINUTES_OF_DAY }];
        }
        Hours::Word(word) => {
            problems.push(CalendarProblem::UnknownWord { place: place.into(), text: word.clone() });
            return Vec::new();
        }
        Hours::Shifts(texts) => texts,
    };
    let mut shifts = Vec::new();
    for text in texts {
        match Shift::parse(text) {
            Some(shift) => shifts.push(shift),
            None => {
                problems.push(CalendarProblem::BadInterval { place: place.into(), text: text.clone() });
            }
        }
    }
    shifts.sort_by_key(|shift| (shift.from, shift.to));
    for pair in shifts.windows(2) {
        if pair[1].from < pair[0].to {
            let (first, second) = (pair[0].to_string(), pair[1].to_string());
            problems.push(CalendarProblem::Overlap { place: place.into(), first, second });
        }
    }
    shifts
}

fn check_holiday(
    holiday: &Holiday,
    dated: &mut BTreeMap<Date, DayPlan>,
    problems: &mut Vec<CalendarProblem>,
) {
    let (first, last) = (holiday.first, holiday.last.unwrap_or(holiday.first));
    if holiday.name_zh.trim().is_empty() || holiday.name_en.trim().is_empty() {
        problems.push(CalendarProblem::NameMissing { date: first });
    }
    if last < first {
        problems.push(CalendarProblem::HolidayBackwards { first, last });
        return;
    }
    if last.duration_since(first).as_hours() >= i64::from(LONGEST_HOLIDAY) * 24 {
        problems.push(CalendarProblem::HolidayTooLong { first, last });
        return;
    }
    for date in first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last) {
        let plan = DayPlan::Holiday { name_zh: holiday.name_zh.clone(), name_en: holiday.name_en.clone() };
        if dated.insert(date, plan).is_some() {
            problems.push(CalendarProblem::HolidayTwice { date });
        }
    }
}

fn check_make_up(
    day: &MakeUpDay,
    spec: &CalendarSpec,
    weekly: &BTreeMap<Day, Vec<Shift>>,
    dated: &mut BTreeMap<Date, DayPlan>,
    problems: &mut Vec<CalendarProblem>,
) {
    let date = day.date;
    if day.name_zh.trim().is_empty() || day.name_en.trim().is_empty() {
        problems.push(CalendarProblem::NameMissing { date });
    }
    match dated.get(&date) {
        Some(DayPlan::Holiday { .. }) => problems.push(CalendarProblem::HolidayAndMakeUp { date }),
        Some(DayPlan::MakeUp { .. }) => problems.push(CalendarProblem::MakeUpTwice { date }),
        None => {}
    }
    let before = problems.len();
    let shifts = match (&day.hours, day.like) {
        (Some(hours), None) => check_hours(&date.to_string(), hours, problems),
        (None, Some(like)) => weekly.get(&like).cloned().unwrap_or_default(),
        (Some(_), Some(_)) | (None, None) => {
            problems.push(CalendarProblem::HoursUnclear { date });
            return;
        }
    };
    // Mistyped hours, here or on the weekday named, have been reported already.
    let weekday_is_closed =
        day.like.is_none_or(|like| spec.weekly.get(&like).is_none_or(|h| *h == Hours::Shifts(Vec::new())));
    if shifts.is_empty() && weekday_is_closed && problems.len() == before {
        problems.push(CalendarProblem::MakeUpClosed { date });
    }
    let plan = DayPlan::MakeUp { shifts, name_zh: day.name_zh.clone(), name_en: day.name_en.clone() };
    dated.entry(date).or_insert(plan);
}
