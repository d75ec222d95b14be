//! Leave, deputies and shifts: one's own, and those of the people whose work one directs.

use contracts::Problem;
use contracts::messages::directory_changed::{Absence, RosterDay};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Choice, Control, Field, Typed, carried, fields};
use crate::refusal;
use crate::words::leave as words;

/// Where it is.
pub const ADDRESS: &str = "/console/leave";

/// An absence, with the name of who stands in.
#[derive(Debug, Clone)]
pub struct Away {
    /// The absence.
    pub absence: Absence,
    /// The name of the deputy.
    pub deputy: Option<String>,
}

/// Somebody in the list.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Their key.
    pub id: String,
    /// Their name.
    pub name: String,
    /// The name of their shift.
    pub shift: Option<String>,
    /// When they are away.
    pub away: Vec<Away>,
}

/// The shift somebody works, to be changed by administrators.
#[derive(Debug, Clone)]
pub struct Roster {
    /// The shifts to choose from.
    pub shifts: Vec<Choice>,
    /// What stands in the form.
    pub typed: Typed,
    /// How many single days may be named.
    pub days: usize,
    /// What the form was made of: the shift and the single days, as they were.
    pub seen: String,
}

/// The page's model.
#[derive(Debug, Clone, Default)]
pub struct Leave {
    /// Whose it is: their key.
    pub id: String,
    /// Their name; nothing where it is the reader.
    pub name: Option<String>,
    /// The name of their shift.
    pub shift: Option<String>,
    /// All their absences, as they are on record.
    pub all: Vec<Away>,
    /// Who may stand in.
    pub deputies: Vec<Choice>,
    /// What was typed, of which absence, where something was refused.
    pub typed: Option<(usize, Typed)>,
    /// The shift, where the reader may change it.
    pub roster: Option<Roster>,
    /// The others whose leave the reader may plan.
    pub colleagues: Vec<Colleague>,
    /// The departments to choose from; none for who directs only their own.
    pub departments: Vec<Choice>,
    /// The one that was chosen.
    pub department: String,
    /// What was done just now.
    pub done: Option<String>,
    /// What was refused just now.
    pub problem: Option<Problem>,
    /// The keys under which each form is done once: of each absence, of a new one, of the shift.
    pub keys: Vec<String>,
}

/// The fields of the absence `n`, in a zone.
#[must_use]
pub fn absence_fields(n: usize, zone: &TimeZone, deputies: &[Choice]) -> Vec<Field> {
    let at = |member: &str| format!("/absences/{n}/{member}");
    vec![
        Field::new(at("from"), words::FROM, Control::Moment(zone.clone())).required(),
        Field::new(at("until"), words::UNTIL, Control::Moment(zone.clone()))
            .hint(words::UNTIL_HINT)
            .required(),
        Field::new(at("deputy"), words::DEPUTY, Control::Choice(deputies.to_vec())).hint(words::DEPUTY_HINT),
    ]
}

/// The fields of the shift that somebody works.
#[must_use]
pub fn roster_fields(shifts: &[Choice], days: usize) -> Vec<Field> {
    let day = vec![
        Field::new("/date", words::DAY, Control::Day),
        Field::new("/shift", words::SHIFT, Control::Choice(shifts.to_vec())),
    ];
    vec![
        Field::new("/people/0/shift", words::SHIFT, Control::Choice(shifts.to_vec())).hint(words::NO_SHIFT),
        Field::new("/people/0/roster", words::ROSTER, Control::Rows(day, days)).hint(words::ROSTER_HINT),
    ]
}

/// What stands in the form of an absence that is on record.
fn on_record(n: usize, absence: &Absence, locale: &Locale) -> Typed {
    let mut typed = Typed::default();
    let mut put = |member: &str, text: String| drop(typed.0.insert(format!("/absences/{n}/{member}"), text));
    put("from", locale.field(absence.from));
    put("until", locale.field(absence.until));
    put("deputy", absence.deputy.as_ref().map(ToString::to_string).unwrap_or_default());
    typed
}

/// What stands in the form of somebody's shift.
#[must_use]
pub fn rostered(shift: Option<&str>, days: &[RosterDay]) -> Typed {
    let mut typed = Typed::default();
    typed.0.insert("/people/0/shift".to_owned(), shift.unwrap_or_default().to_owned());
    for (n, day) in days.iter().enumerate() {
        typed.0.insert(format!("/people/0/roster/{n}/date"), day.date.to_string());
        let shift = day.shift.as_ref().map(ToString::to_string).unwrap_or_default();
        typed.0.insert(format!("/people/0/roster/{n}/shift"), shift);
    }
    typed
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &Leave) -> Markup {
    html! {
        div.page-header.mb-3 {
            h1.page-title {
                @match &model.name { Some(name) => (locale.fill(words::OF, &[("name", name)])), None => (locale.say(words::TITLE)) }
            }
        }
        @if let Some(done) = &model.done { div.alert.alert-success role="status" { (done) } }
        @if let Some(problem) = &model.problem { (refusal::alert(locale, problem)) }
        div.row.row-cards {
            div.col-lg-6 {
                (planned(locale, csrf, model))
                (plan(locale, csrf, model))
            }
            div.col-lg-6 {
                @if let Some(roster) = &model.roster { (shift(locale, csrf, model, roster)) }
                @if !model.colleagues.is_empty() { (colleagues(locale, model)) }
            }
        }
    }
}

fn planned(locale: &Locale, csrf: &str, model: &Leave) -> Markup {
    // What is over is history; it stays on record.
    let open = model.all.iter().enumerate().filter(|(_, one)| one.absence.until > locale.now);
    let open: Vec<_> = open.collect();
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(if model.name.is_some() { words::AWAY } else { words::MINE })) }
                @if let Some(shift) = &model.shift { p.text-secondary { (locale.say(words::SHIFT)) ": " (shift) } }
                @if open.is_empty() { p.text-secondary.mb-0 { (locale.say(words::NONE)) } }
                ul.plain {
                    @for (n, one) in open { li.leave { (absence(locale, csrf, model, (n, one))) } }
                }
            }
        }
    }
}

fn absence(locale: &Locale, csrf: &str, model: &Leave, (n, one): (usize, &Away)) -> Markup {
    let refused = model.typed.as_ref().filter(|(of, _)| *of == n).map(|(_, typed)| typed);
    let typed = refused.cloned().unwrap_or_else(|| on_record(n, &one.absence, locale));
    html! {
        (span(locale, one))
        details open[refused.is_some()] {
            summary { (locale.say(words::CHANGE)) }
            form.once method="post" action=(model.address()) {
                (hidden(csrf, model, n))
                (fields(locale, &absence_fields(n, &locale.zone, &model.deputies), &typed, refused.and(model.problem.as_ref())))
                div.btn-list {
                    button.btn.btn-primary type="submit" name="act" value="put" { (locale.say(words::PLAN_NOW)) }
                    button.btn.btn-outline-danger type="submit" name="act" value="withdraw" formnovalidate { (locale.say(words::WITHDRAW)) }
                }
            }
        }
    }
}

fn span(locale: &Locale, one: &Away) -> Markup {
    let absence = &one.absence;
    html! {
        div {
            strong { (locale.time(absence.from)) " – " (locale.near(absence.until)) }
            @if absence.from <= locale.now && locale.now < absence.until { " " span.badge.bg-orange-lt { (locale.say(words::AWAY_NOW)) } }
            " " span.text-secondary {
                @match &one.deputy { Some(name) => (locale.fill(words::STANDS_IN, &[("name", name)])), None => (locale.say(words::NO_DEPUTY)) }
            }
        }
    }
}

/// What each form carries: which absence, and all of them as they were when the page was made.
fn hidden(csrf: &str, model: &Leave, n: usize) -> Markup {
    let seen: Vec<_> = model.all.iter().map(|one| &one.absence).collect();
    html! {
        (carried(csrf, model.keys.get(n).map(String::as_str)))
        input type="hidden" name="n" value=(n);
        input type="hidden" name="seen" value=(serde_json::json!(seen));
    }
}

fn plan(locale: &Locale, csrf: &str, model: &Leave) -> Markup {
    let n = model.all.len();
    let refused = model.typed.as_ref().filter(|(of, _)| *of == n).map(|(_, typed)| typed);
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::PLAN)) }
                p.text-secondary { (locale.say(words::PLAN_HINT)) }
                form.once method="post" action=(model.address()) {
                    (hidden(csrf, model, n))
                    (fields(locale, &absence_fields(n, &locale.zone, &model.deputies), refused.unwrap_or(&Typed::default()), refused.and(model.problem.as_ref())))
                    button.btn.btn-primary type="submit" name="act" value="put" { (locale.say(words::PLAN_NOW)) }
                }
            }
        }
    }
}

fn shift(locale: &Locale, csrf: &str, model: &Leave, roster: &Roster) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::SHIFT)) }
                form.once method="post" action={ (model.address()) "/shift" } {
                    (carried(csrf, model.keys.last().map(String::as_str)))
                    input type="hidden" name="seen" value=(roster.seen);
                    (fields(locale, &roster_fields(&roster.shifts, roster.days), &roster.typed, model.problem.as_ref()))
                    button.btn.btn-primary type="submit" { (locale.say(words::PLAN_NOW)) }
                }
            }
        }
    }
}

fn colleagues(locale: &Locale, model: &Leave) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::COLLEAGUES)) }
                @if !model.departments.is_empty() {
                    form.filters.mb-3 method="get" action=(ADDRESS) {
                        (crate::ledger::choice(locale, ("department", crate::words::figures::DEPARTMENT, crate::words::figures::ALL_DEPARTMENTS), &model.department, &model.departments))
                        div { button.btn type="submit" { (locale.say(crate::words::figures::SHOW)) } }
                    }
                }
                table.table.table-vcenter.stacked {
                    thead { tr { th scope="col" { (locale.say(words::NAME)) } th scope="col" { (locale.say(words::AWAY)) } td {} } }
                    tbody { @for one in &model.colleagues { (colleague(locale, one)) } }
                }
            }
        }
    }
}

fn colleague(locale: &Locale, one: &Colleague) -> Markup {
    let open: Vec<_> = one.away.iter().filter(|away| away.absence.until > locale.now).collect();
    html! {
        tr {
            td { (one.name) @if let Some(shift) = &one.shift { div.text-secondary.small { (shift) } } }
            td.small {
                @if open.is_empty() { span.text-secondary { (locale.say(words::NOBODY_AWAY)) } }
                @for away in open { (span(locale, away)) }
            }
            td.deeds { a.btn.btn-sm href={ (ADDRESS) "/" (one.id) } { (locale.say(words::OPEN)) span.visually-hidden { " · " (one.name) } } }
        }
    }
}

impl Leave {
    /// The address of the person's page.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{ADDRESS}/{}", self.id)
    }
}
