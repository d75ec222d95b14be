//! Working calendars: their hours, holidays and adjusted working days; the next version by adding a day.

use contracts::Problem;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Choice, Control, Field, Typed, carried};
use crate::words::{Word, by_key, calendars as words};

/// The weekdays, as calendars name them.
pub const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A day that differs from its week.
#[derive(Debug, Clone)]
pub struct Day {
    /// When: a date, or two with a dash.
    pub when: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// The hours of that day, for one that is worked.
    pub hours: Option<String>,
}

/// A calendar in its newest version.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Its id.
    pub id: String,
    /// Its newest version.
    pub version: u32,
    /// When that was published.
    pub at: Timestamp,
    /// Every version, with whether open cases follow it by order.
    pub versions: Vec<(u32, bool)>,
    /// Whether it is the organisation's own.
    pub default: bool,
    /// Its zone.
    pub zone: String,
    /// The hours of each weekday that is worked.
    pub week: Vec<(Word, String)>,
    /// Until when its holidays are known.
    pub known_through: Option<String>,
    /// Its holidays.
    pub holidays: Vec<Day>,
    /// Its adjusted working days.
    pub make_up: Vec<Day>,
}

/// The room.
#[derive(Debug, Clone, Default)]
pub struct Calendars {
    /// The calendars.
    pub all: Vec<Calendar>,
    /// Whether the reader may change them.
    pub may_change: bool,
    /// What was typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// The key under which a version is published once.
    pub key: String,
}

/// The name of a weekday.
#[must_use]
pub fn weekday(key: &str) -> Word {
    by_key(words::ALL, key).unwrap_or(words::MONDAY)
}

/// The fields of a holiday.
#[must_use]
pub fn holiday_fields() -> Vec<Field> {
    vec![
        Field::new("/first", words::FIRST, Control::Line).required().hint(words::DATE),
        Field::new("/last", words::LAST, Control::Line),
        Field::new("/name_zh", words::NAME_ZH, Control::Line).required(),
        Field::new("/name_en", words::NAME_EN, Control::Line).required(),
    ]
}

/// The fields of an adjusted working day.
#[must_use]
pub fn make_up_fields() -> Vec<Field> {
    let days = WEEKDAYS.map(|day| Choice::new(day, weekday(day))).to_vec();
    vec![
        Field::new("/date", words::DATE, Control::Line).required().hint(words::DATE),
        Field::new("/like", words::LIKE, Control::Choice(days)).required(),
        Field::new("/name_zh", words::NAME_ZH, Control::Line).required(),
        Field::new("/name_en", words::NAME_EN, Control::Line).required(),
    ]
}

/// The content of the room.
#[must_use]
pub fn view(locale: &Locale, csrf: &str, calendars: &Calendars) -> Markup {
    html! {
        @if calendars.all.is_empty() { div.empty { p.empty-title { (locale.say(words::NONE)) } } }
        @for calendar in &calendars.all { (one(locale, csrf, calendars, calendar)) }
    }
}

fn one(locale: &Locale, csrf: &str, all: &Calendars, calendar: &Calendar) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                div.between {
                    h2.h3 { (calendar.id) " · " (locale.fill(words::VERSION, &[("n", &calendar.version.to_string())])) }
                    @if calendar.default { span.badge.bg-green-lt { (locale.say(words::DEFAULT)) } }
                }
                dl.glance {
                    dt { (locale.say(words::ZONE)) } dd { (calendar.zone) }
                    dt { (locale.say(words::PUBLISHED)) } dd { (locale.time(calendar.at)) }
                    @if let Some(known) = &calendar.known_through { dt { (locale.say(words::KNOWN_THROUGH)) } dd { (known) } }
                    @for (day, hours) in &calendar.week { dt { (locale.say(*day)) } dd { (hours) } }
                }
                @if all.may_change { (versions(locale, calendar)) }
                div.row {
                    div.col-lg-6 { (days(locale, words::HOLIDAYS, &calendar.holidays)) }
                    div.col-lg-6 { (days(locale, words::MAKE_UP, &calendar.make_up)) }
                }
                @if all.may_change {
                    p.text-secondary { (locale.say(words::ADD_HINT)) }
                    (adding(locale, csrf, all, calendar, (words::ADD_HOLIDAY, "holiday", holiday_fields())))
                    (adding(locale, csrf, all, calendar, (words::ADD_MAKE_UP, "make-up", make_up_fields())))
                }
            }
        }
    }
}

fn versions(locale: &Locale, calendar: &Calendar) -> Markup {
    html! {
        ul.plain.mb-3 {
            @for (version, applied) in &calendar.versions {
                li {
                    (locale.fill(words::VERSION, &[("n", &version.to_string())])) " · "
                    a href={ "/console/admin/calendars/" (calendar.id) "/preview?version=" (version) } { (locale.say(crate::words::playbooks::PREVIEW)) }
                    @if *applied { " · " (locale.say(words::APPLIED)) }
                }
            }
        }
    }
}

fn days(locale: &Locale, heading: Word, days: &[Day]) -> Markup {
    html! {
        h3.h4 { (locale.say(heading)) }
        table.table.names {
            thead { tr { th scope="col" { (locale.say(words::DATE)) } th scope="col" { (locale.say(words::NAME)) } } }
            tbody {
                @for day in days {
                    tr {
                        td.number { (day.when) }
                        td {
                            @match locale.language { contracts::Language::Zh => (day.zh), contracts::Language::En => (day.en) }
                            @if let Some(hours) = &day.hours { div.text-secondary.small { (hours) } }
                        }
                    }
                }
            }
        }
    }
}

fn adding(
    locale: &Locale,
    csrf: &str,
    all: &Calendars,
    calendar: &Calendar,
    (heading, what, fields): (Word, &str, Vec<Field>),
) -> Markup {
    let open = all.problem.is_some() && all.typed.get("what") == Some(what);
    html! {
        details.mb-2 open[open] {
            summary { (locale.say(heading)) }
            form.once.mt-2 method="post" action={ "/console/admin/calendars/" (calendar.id) "/add" } {
                (carried(csrf, Some(&all.key)))
                input type="hidden" name="what" value=(what);
                input type="hidden" name="version" value=(calendar.version);
                @for field in &fields {
                    @let id = format!("{}-{what}{}", calendar.id, field.at.replace('/', "-"));
                    div.mb-2 {
                        label.form-label for=(id) { (field.label.get(locale.language)) }
                        @match &field.control {
                            Control::Choice(choices) => select.form-select id=(id) name=(field.at) required {
                                @for choice in choices { option value=(choice.value) { (choice.label.get(locale.language)) } }
                            },
                            _ => input.form-control id=(id) name=(field.at) type=(if field.hint.is_some() || field.at == "/last" { "date" } else { "text" })
                                required[field.required] autocomplete="off" value=(if open { all.typed.get(&field.at).unwrap_or_default() } else { "" });,
                        }
                    }
                }
                button.btn.btn-primary type="submit" { (locale.say(words::ADD)) }
            }
        }
    }
}
