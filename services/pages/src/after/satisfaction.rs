//! What customers say to the question whether they are satisfied, as it comes in; who is not stands out, with where the
//! case went by it (R-200).

use contracts::queries::routing::{CaseLine, CasePlace};
use jiff::Timestamp;
use maud::{Markup, html};

use super::tabs;
use crate::Locale;
use crate::forms::Choice;
use crate::ledger::choice;
use crate::shell::LATELY;
use crate::words::{Word, after as words, figures, shell};

/// Where it is.
pub const ADDRESS: &str = "/console/after/satisfaction";

/// An answer, with the names that people know.
#[derive(Debug, Clone)]
pub struct Line {
    /// The id of the line in the page.
    pub id: String,
    /// The complaint.
    pub complaint: String,
    /// Its number.
    pub number: String,
    /// When.
    pub at: Timestamp,
    /// The answer, as the scale calls it.
    pub answer: String,
    /// Whether it is a positive one.
    pub positive: bool,
    /// Whether callbacks go on.
    pub goes_on: bool,
    /// What they said besides.
    pub opinion: Option<String>,
    /// Whether that is kept from the reader.
    pub withheld: bool,
    /// Who asked; nobody where they answered by their link.
    pub by: Option<String>,
    /// By which channel.
    pub channel: Option<String>,
    /// The department that asked.
    pub department: String,
    /// Where the case is now.
    pub now: Option<CaseLine>,
}

/// The page's model.
#[derive(Debug, Clone, Default)]
pub struct Satisfaction {
    /// The answers, the newest first.
    pub lines: Vec<Line>,
    /// Which, as addresses name it: `true`, `false` or nothing.
    pub positive: String,
    /// The department that was chosen.
    pub department: String,
    /// The departments to choose from; none for who sees only their own.
    pub departments: Vec<Choice>,
    /// The address of this page.
    pub address: String,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, when this is another.
    pub first: Option<String>,
}

const WHICH: [(&str, Word); 3] =
    [("", words::ALL_ANSWERS), ("false", words::ONLY_NOT), ("true", words::ONLY_SATISFIED)];

/// The page.
#[must_use]
pub fn page(locale: &Locale, model: &Satisfaction) -> Markup {
    html! {
        div.page-header.mb-3 { h1.page-title { (locale.say(words::FRESH)) } }
        (tabs(locale, None))
        div.after-head {
            p.text-secondary.mb-0 { (locale.say(words::FRESH_HINT)) }
            ul.picks aria-label=(locale.say(words::WHICH)) {
                @for (which, word) in WHICH {
                    li { a.btn.btn-sm.active[which == model.positive] href={ (ADDRESS) "?positive=" (which) "&department=" (model.department) }
                        aria-current=[(which == model.positive).then_some("page")] { (locale.say(word)) } }
                }
            }
        }
        @if !model.departments.is_empty() {
            form.filters.mb-3 method="get" action=(ADDRESS) {
                input type="hidden" name="positive" value=(model.positive);
                (choice(locale, ("department", figures::DEPARTMENT, figures::ALL_DEPARTMENTS), &model.department, &model.departments))
                div { button.btn type="submit" { (locale.say(figures::SHOW)) } }
            }
        }
        div #answers hx-get=(model.address) hx-trigger=(LATELY) hx-select="#answers" hx-target="this" hx-swap="outerMorph" hx-headers=r#"{"Redress-Live":"1"}"# {
            @if model.lines.is_empty() { div.empty { p.empty-title { (locale.say(words::NO_ANSWERS)) } } } @else {
                ol.answers { @for line in &model.lines { (row(locale, line)) } }
            }
            div.turning {
                @if let Some(first) = &model.first { a.btn href=(first) { (locale.say(shell::FIRST_PAGE)) } }
                @if let Some(next) = &model.next { a.btn href=(next) { (locale.say(shell::NEXT_PAGE)) } }
            }
        }
    }
}

fn row(locale: &Locale, line: &Line) -> Markup {
    html! {
        li.card.answer.not[!line.positive] #(line.id) {
            div {
                strong.answer-said { (line.answer) }
                // A scale may have its own name for it.
                @if !line.positive && line.answer != locale.say(words::NOT_SATISFIED) { " " span.badge.bg-red-lt { (locale.say(words::NOT_SATISFIED)) } }
                " " a.number href={ "/console/cases/" (line.complaint) } { (line.number) }
                " " time.text-secondary.small datetime=(locale.machine(line.at)) { (locale.near(line.at)) }
            }
            @match &line.opinion {
                Some(opinion) => blockquote.said.mb-1 { (opinion) },
                None => p.text-secondary.small.mb-1 { (locale.say(if line.withheld { words::WITHHELD } else { words::NOTHING_SAID })) },
            }
            div.text-secondary.small.after-tried {
                @match &line.by {
                    Some(by) => span { (locale.fill(words::ASKED_BY, &[("name", by)])) },
                    None => span { (locale.say(words::BY_LINK)) },
                }
                @if let Some(channel) = &line.channel { span { (locale.fill(words::BY_CHANNEL, &[("channel", channel)])) } }
                span { (line.department) }
            }
            (next(locale, line))
        }
    }
}

/// What happens next: where the case went.
fn next(locale: &Locale, line: &Line) -> Markup {
    html! {
        div.answer-next {
            @if line.goes_on { span { (locale.say(words::GOES_ON)) } }
            @if let Some(now) = &line.now {
                @match (now.place, &now.label) {
                    (CasePlace::Closed, _) => span { (locale.say(words::NOW_CLOSED)) },
                    (_, Some(stage)) => span { (locale.fill(words::NOW_AT, &[("stage", locale.label(stage))])) },
                    (_, None) => span { (locale.say(words::NOW_BETWEEN)) },
                }
                @if now.level > 1 { span.badge.bg-orange-lt { (locale.fill(words::LEVEL, &[("n", &now.level.to_string())])) } }
                @if now.instance > 1 { span.badge.bg-purple-lt { (locale.fill(words::HANDLING, &[("n", &now.instance.to_string())])) } }
            }
        }
    }
}
