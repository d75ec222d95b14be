//! The queues of all departments on a screen on the wall: read from across the room, by nobody in particular.

use contracts::queries::routing::{BoardLine, Waiting};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::words::{desk as words, shell};

/// Where it is.
pub const ADDRESS: &str = "/console/board";
/// It fetches itself when work changes, and now and then, as time goes on without events.
const WHEN: &str = "changed from:#live throttle:1s, every 20s";

/// The screen.
#[derive(Debug, Clone)]
pub struct Board {
    /// When it was looked at.
    pub at: Timestamp,
    /// How far is counted.
    pub most: u32,
    /// The departments.
    pub lines: Vec<Line>,
}

/// A department.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its numbers.
    pub line: BoardLine,
    /// Who is there.
    pub present: Vec<String>,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, model: &Board) -> Markup {
    html! {
        h1.visually-hidden { (locale.say(shell::BOARD)) }
        div #board hx-get=(ADDRESS) hx-trigger=(WHEN) hx-select="#board" hx-target="this" hx-swap="outerMorph" {
            table.board {
                thead {
                    tr {
                        th scope="col" { (locale.fill(words::AS_OF, &[("time", &locale.near(model.at))])) }
                        @for word in [words::QUEUE_SIMPLE, words::QUEUE_COMPLEX, words::OVERDUE, words::DUE_SOON, words::PRESENT] {
                            th scope="col" { (locale.say(word)) }
                        }
                    }
                }
                tbody { @for line in &model.lines { (row(locale, model.most, line)) } }
                tfoot { (total(locale, model)) }
            }
        }
    }
}

fn row(locale: &Locale, most: u32, one: &Line) -> Markup {
    html! {
        tr {
            th scope="row" { (one.name) }
            td { (waiting(locale, most, &one.line.simple)) }
            td { (waiting(locale, most, &one.line.complex)) }
            td.over { (number(locale, most, one.line.overdue)) }
            td.soon { (number(locale, most, one.line.due_soon)) }
            td.names {
                @if one.present.is_empty() { span.text-secondary { (locale.say(words::NOBODY_PRESENT)) } } @else { (one.present.join(", ")) }
            }
        }
    }
}

fn total(locale: &Locale, model: &Board) -> Markup {
    let sum =
        |of: fn(&BoardLine) -> u32| model.lines.iter().map(|one| of(&one.line)).fold(0, u32::saturating_add);
    let oldest =
        |of: fn(&BoardLine) -> &Waiting| model.lines.iter().filter_map(|one| of(&one.line).oldest).min();
    let simple = Waiting { waiting: sum(|line| line.simple.waiting), oldest: oldest(|line| &line.simple) };
    let complex = Waiting { waiting: sum(|line| line.complex.waiting), oldest: oldest(|line| &line.complex) };
    let there: usize = model.lines.iter().map(|one| one.present.len()).sum();
    html! {
        tr {
            th scope="row" { (locale.say(words::ALL_DEPARTMENTS)) }
            td { (waiting(locale, model.most, &simple)) }
            td { (waiting(locale, model.most, &complex)) }
            td.over { (number(locale, model.most, sum(|line| line.overdue))) }
            td.soon { (number(locale, model.most, sum(|line| line.due_soon))) }
            td { span.n { (there) } }
        }
    }
}

fn waiting(locale: &Locale, most: u32, lane: &Waiting) -> Markup {
    html! {
        (number(locale, most, lane.waiting))
        @if let Some(oldest) = lane.oldest {
            @let span = locale.span((locale.now - oldest).get_seconds());
            small { (locale.say(words::OLDEST)) " " (span) }
        }
    }
}

fn number(locale: &Locale, most: u32, n: u32) -> Markup {
    html! {
        span.n.none[n == 0] {
            @if n >= most { (locale.fill(words::MORE_THAN, &[("n", &(most - 1).to_string())])) } @else { (n) }
        }
    }
}
