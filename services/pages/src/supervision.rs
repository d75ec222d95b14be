//! Supervision: every case with its stage, limit, owner, deputy, level and breaches, what runs out first before the
//! others, of one department or of all.

use contracts::queries::routing::CaseLine;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::Choice;
use crate::ledger::choice;
use crate::words::{figures as words, ledger, shell, work};
use crate::work::due;

/// Where it is.
pub const ADDRESS: &str = "/console/supervision";

/// A case, with the names that people know.
#[derive(Debug, Clone)]
pub struct Line {
    /// The case, as routing tells it.
    pub case: CaseLine,
    /// What it is about.
    pub about: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// Who holds its work: the task, who, and for whom they stand in.
    pub holders: Vec<(String, Option<String>, Option<String>)>,
}

/// What is shown.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// The department.
    pub department: String,
    /// The departments to choose from; none for who sees only their own.
    pub departments: Vec<Choice>,
    /// The stage.
    pub stage: String,
    /// The stages to choose from.
    pub stages: Vec<Choice>,
    /// Of this level or above.
    pub level: String,
    /// `at_stage`, `held`, `closed`.
    pub place: String,
    /// Whether only those with a clock that ran out.
    pub missed: bool,
}

/// The page's model.
#[derive(Debug, Clone, Default)]
pub struct Supervision {
    /// What is shown.
    pub sought: Sought,
    /// The cases.
    pub lines: Vec<Line>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, when this is another.
    pub first: Option<String>,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, model: &Supervision) -> Markup {
    html! {
        div.page-header.mb-3 {
            h1.page-title { (locale.say(words::SUPERVISION)) }
            p.text-secondary.mb-0 { (locale.say(words::SUPERVISION_HINT)) }
        }
        section.card.mb-3.d-print-none { div.card-body { (form(locale, &model.sought)) } }
        @if model.lines.is_empty() { div.empty { p.empty-title { (locale.say(words::NONE_FOUND)) } } } @else {
            div.table-scroll tabindex="0" role="region" aria-label=(locale.say(words::CASES)) { (table(locale, &model.lines)) }
        }
        div.turning.d-print-none {
            @if let Some(first) = &model.first { a.btn href=(first) { (locale.say(shell::FIRST_PAGE)) } }
            @if let Some(next) = &model.next { a.btn href=(next) { (locale.say(shell::NEXT_PAGE)) } }
        }
    }
}

fn form(locale: &Locale, sought: &Sought) -> Markup {
    let levels: Vec<_> = (2..=9)
        .map(|n: u8| Choice { value: n.to_string(), label: crate::forms::Label::Name(n.to_string()) })
        .collect();
    let places = [
        Choice::new("at_stage", words::STANDING_OPEN),
        Choice::new("held", words::STANDING_HELD),
        Choice::new("closed", words::STANDING_CLOSED),
    ];
    html! {
        form.filters method="get" action=(ADDRESS) {
            @if !sought.departments.is_empty() { (choice(locale, ("department", words::DEPARTMENT, words::ALL_DEPARTMENTS), &sought.department, &sought.departments)) }
            (choice(locale, ("stage", words::STAGE, words::ANY), &sought.stage, &sought.stages))
            (choice(locale, ("place", words::STANDING, words::ANY), &sought.place, &places))
            (choice(locale, ("level", words::LEVEL_FROM, words::ANY), &sought.level, &levels))
            label.form-check.filters-check {
                input.form-check-input type="checkbox" name="missed" value="true" checked[sought.missed];
                span.form-check-label { (locale.say(words::ONLY_MISSED)) }
            }
            div.btn-list {
                button.btn.btn-primary type="submit" { (locale.say(words::SHOW)) }
                a.btn href=(ADDRESS) { (locale.say(ledger::CLEAR)) }
            }
        }
    }
}

fn table(locale: &Locale, lines: &[Line]) -> Markup {
    html! {
        table.table.table-vcenter.card-table {
            thead {
                tr {
                    @for word in [work::DUE, work::NUMBER, words::STAGE, words::DEPARTMENT, words::OWNER, words::DEPUTY, ledger::LEVEL, ledger::BREACHES] {
                        th scope="col" { (locale.say(word)) }
                    }
                }
            }
            tbody { @for line in lines { (row(locale, line)) } }
        }
    }
}

fn row(locale: &Locale, line: &Line) -> Markup {
    let case = &line.case;
    html! {
        tr {
            td { @match case.closed_at { Some(at) => span.text-secondary { (locale.say(words::STANDING_CLOSED)) " " (locale.near(at)) }, None => (due(locale, case.due)) } }
            td {
                a.number href={ "/console/cases/" (case.complaint) } { (case.number) }
                @if let Some(about) = &line.about { div.text-secondary.small { (about) } }
            }
            td {
                @if let Some(label) = &case.label { (locale.label(label)) }
                @if case.instance > 1 { div.text-secondary.small { (locale.fill(words::HANDLING, &[("n", &case.instance.to_string())])) } }
            }
            td { @if let Some(department) = &line.department { (department) } }
            td {
                @for (task, person, instead_of) in &line.holders {
                    // The work is the owner's own, also while a deputy does it.
                    div {
                        @match instead_of.as_ref().or(person.as_ref()) { Some(name) => (name), None => span.text-secondary { (locale.say(work::IN_QUEUE)) } }
                        span.text-secondary.small { " " (task) }
                    }
                }
            }
            td { @for (_, person, instead_of) in &line.holders { div { @if instead_of.is_some() { @if let Some(name) = person { (name) } } } } }
            td { (case.level) }
            td { @if case.missed > 0 { strong.over { (locale.fill(words::MISSED, &[("n", &case.missed.to_string())])) } } }
        }
    }
}
