//! The shifts that people work: their hours by weekday, in the organisation's zone.

use contracts::messages::directory_changed::{Shift, Weekday};
use contracts::{Language, Problem};
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Control, Field, Typed, carried, fields};
use crate::words::{by_key, leave as words};

/// How addresses name a shift that there is not yet: no key begins so.
pub const NEW: &str = "_";

/// The section's model.
#[derive(Debug, Clone, Default)]
pub struct Shifts {
    /// The shifts.
    pub all: Vec<Shift>,
    /// Whether the reader may change them.
    pub may_change: bool,
    /// The one whose form is open: its key, or nothing for a new one.
    pub open: Option<Option<String>>,
    /// What was typed, where it was refused.
    pub typed: Option<Typed>,
    /// What was refused.
    pub problem: Option<Problem>,
    /// The key under which one is changed once.
    pub key: String,
}

/// The fields of a shift. Hours stand in one line a day, parted by commas.
#[must_use]
pub fn shift_fields() -> Vec<Field> {
    let named = [
        Field::new("/shifts/0/id", words::KEY, Control::Line).required(),
        Field::new("/shifts/0/name/zh", words::NAME_ZH, Control::Line).required(),
        Field::new("/shifts/0/name/en", words::NAME_EN, Control::Line).required(),
    ];
    let day = |day: &Weekday| {
        let word = by_key(words::ALL, day.as_str()).unwrap_or(words::DAY);
        Field::new(format!("/shifts/0/week/{day}"), word, Control::Line)
    };
    named.into_iter().chain(Weekday::ALL.iter().map(day)).collect()
}

fn on_record(shift: &Shift) -> Typed {
    let mut typed = Typed::default();
    typed.0.insert("/shifts/0/id".to_owned(), shift.id.to_string());
    typed.0.insert("/shifts/0/name/zh".to_owned(), shift.name.zh.clone());
    typed.0.insert("/shifts/0/name/en".to_owned(), shift.name.en.clone());
    for (day, hours) in &shift.week {
        typed.0.insert(format!("/shifts/0/week/{day}"), hours.join(", "));
    }
    typed
}

/// The section. One form is open at a time.
#[must_use]
pub fn view(locale: &Locale, csrf: &str, shifts: &Shifts) -> Markup {
    let is_open = |key: Option<&str>| shifts.open.as_ref().is_some_and(|open| open.as_deref() == key);
    html! {
        section.card.mb-3 #shifts {
            div.card-body {
                h2.h3 { (locale.say(words::SHIFTS)) }
                @if shifts.all.is_empty() { p.text-secondary { (locale.say(words::NO_SHIFTS)) } }
                @for shift in &shifts.all {
                    div.leave {
                        strong { (locale.label(&shift.name)) } " " code.small { (shift.id) }
                        (week(locale, shift))
                        @if is_open(Some(shift.id.as_str())) { (form(locale, csrf, shifts, &on_record(shift))) } @else if shifts.may_change {
                            a.btn.btn-sm href={ "/console/admin/directory?shift=" (shift.id) "#shifts" } { (locale.say(words::CHANGE)) span.visually-hidden { " · " (locale.label(&shift.name)) } }
                        }
                    }
                }
                @if is_open(None) { (form(locale, csrf, shifts, &Typed::default())) } @else if shifts.may_change {
                    a.btn.btn-sm.mt-2 href={ "/console/admin/directory?shift=" (NEW) "#shifts" } { (locale.say(words::NEW_SHIFT)) }
                }
            }
        }
    }
}

/// The hours of each day that is worked.
fn week(locale: &Locale, shift: &Shift) -> Markup {
    let called = |day: &Weekday| by_key(words::ALL, day.as_str()).map_or("", |word| locale.say(word));
    let parted = if locale.language == Language::Zh { "、" } else { ", " };
    html! {
        div.text-secondary.small.mb-1 {
            @for (day, hours) in shift.week.iter().filter(|(_, hours)| !hours.is_empty()) {
                div { (called(day)) " " (hours.join(parted)) }
            }
        }
    }
}

fn form(locale: &Locale, csrf: &str, shifts: &Shifts, on_record: &Typed) -> Markup {
    let open = shifts.open.as_ref().and_then(Option::as_deref);
    html! {
        p.text-secondary.small { (locale.say(words::SHIFTS_HINT)) }
        form.once method="post" action="/console/admin/directory/shift" {
            (carried(csrf, Some(&shifts.key)))
            input type="hidden" name="of" value=(open.unwrap_or(NEW));
            (fields(locale, &shift_fields(), shifts.typed.as_ref().unwrap_or(on_record), shifts.problem.as_ref()))
            button.btn.btn-primary type="submit" { (locale.say(words::PLAN_NOW)) }
        }
    }
}
