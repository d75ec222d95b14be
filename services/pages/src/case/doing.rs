//! Doing a piece of work: its form beside what it is about.

use contracts::Problem;
use maud::{Markup, html};

use super::matter::{self, Matter};
use super::timeline::{Entry, one};
use crate::Locale;
use crate::forms::{Label, Typed, carried, fields, people};
use crate::refusal;
use crate::tasks::{Line, Note, TaskForm};
use crate::wording::{Avoid, warnings};
use crate::words::{case as words, desk, shell, tasks};

/// A piece of work being done.
#[derive(Debug, Clone)]
pub struct Doing {
    /// The address of the case.
    pub case: String,
    /// Its number.
    pub number: String,
    /// Where it is sent.
    pub address: String,
    /// Its form.
    pub form: TaskForm,
    /// What it is about, where that is not the work itself: a clock, a form.
    pub of: Option<String>,
    /// Whether the work is done with it.
    pub finishes: bool,
    /// What it was made for: the form says it again, so that it is never taken for what came after.
    pub made_for: Vec<(&'static str, String)>,
    /// What stands beside it.
    pub notes: Vec<Note>,
    /// Words to avoid in what was typed; nothing where the customer is told nothing, or the playbook has no scripts.
    pub wording: Option<Vec<Avoid>>,
    /// What happened since it was made, where that is why it was refused.
    pub since: Vec<Entry>,
    /// What it is about.
    pub matter: Matter,
    /// What was typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// The key under which it is done once.
    pub key: String,
}

impl Doing {
    /// Where what was typed is looked at, and nothing is ordered.
    fn look(&self) -> String {
        format!("{}?look=1", self.address)
    }
    /// Where to go on when nothing is done.
    fn back(&self) -> &str {
        let back = self.made_for.iter().find(|(name, _)| *name == "back");
        back.map_or(&self.case, |(_, back)| back)
    }
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, doing: &Doing) -> Markup {
    let problem = doing.problem.as_ref();
    html! {
        div.page-header.mb-3 {
            h1.page-title { (locale.say(doing.form.title)) @if let Some(of) = &doing.of { " · " (of) } }
            p.text-secondary.mb-0 { a href=(doing.case) { (locale.fill(words::TITLE, &[("number", &doing.number)])) } }
        }
        div.row.row-cards {
            div.col-lg-6 {
                section.card.mb-3 {
                    div.card-body {
                        @if let Some(problem) = problem { (refusal::alert(locale, problem)) }
                        (happened(locale, &doing.since))
                        form #doing .once method="post" action=(doing.address) {
                            (carried(csrf, Some(&doing.key)))
                            @for (name, value) in &doing.made_for { input type="hidden" name=(name) value=(value); }
                            @if doing.form.fields.is_empty() { p { (locale.say(words::SURE)) } }
                            (fields(locale, &doing.form.fields, &doing.typed, problem))
                            (people(locale, &doing.form.fields))
                            @if let Some(avoid) = &doing.wording { (wording(locale, doing, avoid)) }
                            div.btn-list {
                                button.btn.btn-primary type="submit" { (locale.say(if doing.finishes { tasks::FINISH } else { shell::SEND })) }
                                a.btn href=(doing.back()) { (locale.say(shell::CANCEL)) }
                                @if doing.wording.is_some() { noscript { button.btn type="submit" formaction=(doing.look()) formnovalidate { (locale.say(words::CHECK_WORDING)) } } }
                            }
                        }
                    }
                }
            }
            div.col-lg-6 {
                @for note in &doing.notes { (beside(locale, note)) }
                (matter::view(locale, &doing.matter))
            }
        }
    }
}

/// Words to avoid, looked for while somebody types: it sends the form around it and takes itself out of the answer.
fn wording(locale: &Locale, doing: &Doing, avoid: &[Avoid]) -> Markup {
    html! {
        section #wording aria-live="polite" hx-post=(doing.look()) hx-trigger="input delay:350ms from:#doing, change from:#doing" hx-target="this" hx-select="#wording" hx-swap="outerMorph" hx-sync="this:replace" {
            (warnings(locale, avoid))
        }
    }
}

/// What happened while somebody typed: who did it instead, and what.
fn happened(locale: &Locale, since: &[Entry]) -> Markup {
    html! {
        @if !since.is_empty() {
            div.alert.alert-warning {
                div {
                    strong { (locale.say(words::MEANWHILE)) }
                    ol.timeline-plain { @for entry in since { (one(locale, entry)) } }
                    p.mb-0 { (locale.say(words::KEPT_TYPED)) }
                }
            }
        }
    }
}

/// What stands beside a form.
#[must_use]
pub fn beside(locale: &Locale, note: &Note) -> Markup {
    let said = |label: &Label| label.get(locale.language).to_owned();
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h4 { (said(&note.title)) }
                ul.notes {
                    @for line in &note.lines {
                        @match line {
                            Line::Plain(text) => li { (said(text)) },
                            Line::Avoid(text, better) => li.avoid {
                                strong { (locale.say(words::DO_NOT_SAY)) } " " q { (said(text)) }
                                @if let Some(better) = better { " " (locale.say(desk::BETTER)) " " q { (said(better)) } }
                            },
                            Line::At(text, at) => li { (said(text)) " " (locale.time(*at)) },
                        }
                    }
                }
            }
        }
    }
}
