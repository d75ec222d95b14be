//! The page of a case: where it stands and who holds it, every clock and how it is counted, what may be done and why
//! the rest may not, what the customer told, and one timeline of everything said and done.

pub mod acts;
pub mod approvals;
pub mod clocks;
pub mod doing;
pub mod matter;
pub mod papers;
pub mod stages;
pub mod timeline;

use contracts::{Problem, Text};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::refusal;
use crate::shell::CHANGED;
use crate::words::{case as words, stages as plain, work};
use crate::work::due;

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its address, such as `/console/cases/…`.
    pub address: String,
    /// Its number.
    pub number: String,
    /// What there is to know at a glance: label and value.
    pub facts: Vec<(crate::Word, String)>,
    /// Where it stands.
    pub standing: Standing,
    /// When something of it runs out next.
    pub due: Option<Timestamp>,
    /// Who holds it.
    pub holders: Vec<Holder>,
    /// What may be done, and what may not.
    pub acts: acts::Acts,
    /// Its clocks.
    pub clocks: Vec<contracts::queries::routing::ClockShown>,
    /// Its procedure.
    pub stages: stages::Stages,
    /// What the customer told, how to reach them, files, findings, proposals.
    pub matter: matter::Matter,
    /// What was decided, reviewed, audited and agreed on.
    pub approvals: Vec<approvals::Round>,
    /// The forms of the playbook.
    pub papers: Vec<papers::Line>,
    /// Everything said and done, newest first.
    pub timeline: Vec<timeline::Entry>,
    /// Whether parts of it are withheld from the reader.
    pub withheld: bool,
    /// What was done just now.
    pub done: Option<String>,
    /// What was refused just now.
    pub problem: Option<Problem>,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// At a stage.
    At(Text),
    /// Between two stages.
    Between,
    /// Nowhere to go.
    Held,
    /// Filed.
    Closed,
}

/// Who holds a piece of its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Their name; none while it waits in a queue.
    pub name: Option<String>,
    /// Whom they stand in for.
    pub instead_of: Option<String>,
    /// The department.
    pub department: String,
    /// What they have to do.
    pub task: String,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, case: &Case) -> Markup {
    html! {
        div.page-header.mb-3 {
            h1.page-title { (locale.fill(words::TITLE, &[("number", &case.number)])) }
        }
        @if let Some(done) = &case.done { div.alert.alert-success role="status" { (done) } }
        @if let Some(problem) = &case.problem { (refusal::alert(locale, problem)) }
        @if case.withheld { div.alert.alert-warning { (locale.say(words::WITHHELD)) } }
        div #case hx-get=(case.address) hx-trigger=(CHANGED) hx-select="#case" hx-target="this" hx-swap="outerMorph" hx-headers=r#"{"Redress-Live":"1"}"# {
            (standing(locale, case))
            div.row.row-cards {
                div.col-lg-7 {
                    (acts::view(locale, csrf, &case.acts))
                    (matter::view(locale, &case.matter))
                    (approvals::view(locale, &case.approvals))
                    (papers::view(locale, &case.papers))
                    (timeline::view(locale, &case.timeline))
                }
                div.col-lg-5 {
                    (clocks::view(locale, &case.clocks))
                    (stages::view(locale, &case.stages))
                    (glance(locale, &case.facts))
                }
            }
        }
    }
}

fn standing(locale: &Locale, case: &Case) -> Markup {
    let place = match &case.standing {
        Standing::At(label) => locale.label(label).to_owned(),
        Standing::Between => locale.say(words::BETWEEN).to_owned(),
        Standing::Held => locale.say(words::HELD).to_owned(),
        Standing::Closed => locale.say(plain::CLOSED).to_owned(),
    };
    html! {
        section.card.mb-3.standing {
            div.card-body {
                div {
                    h2.subheader { (locale.say(words::WHERE)) }
                    p.h3.mb-0 { (place) }
                }
                div {
                    h2.subheader { (locale.say(words::WHO)) }
                    @if case.holders.is_empty() && case.standing != Standing::Closed { p.mb-0 { (locale.say(words::NOBODY)) } }
                    @for holder in &case.holders { (held(locale, holder)) }
                }
                @if case.standing != Standing::Closed {
                    div {
                        h2.subheader { (locale.say(work::DUE)) }
                        (due(locale, case.due))
                    }
                }
            }
        }
    }
}

fn held(locale: &Locale, holder: &Holder) -> Markup {
    html! {
        p.mb-0 {
            @match &holder.name {
                Some(name) => { strong { (name) } @if let Some(absent) = &holder.instead_of { " (" (locale.fill(work::INSTEAD_OF, &[("name", absent)])) ")" } },
                None => strong { (locale.say(work::IN_QUEUE)) },
            }
            span.text-secondary { " · " (holder.department) " · " (holder.task) }
        }
    }
}

fn glance(locale: &Locale, facts: &[(crate::Word, String)]) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                dl.glance {
                    @for (label, value) in facts { dt { (locale.say(*label)) } dd { (value) } }
                }
            }
        }
    }
}
