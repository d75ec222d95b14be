//! What was decided, reviewed, audited and agreed on: every round with who said what and why.

use contracts::Fen;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::words::{Word, case as words};

/// A round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// What its people were asked for.
    pub purpose: Word,
    /// What it was about.
    pub total: Fen,
    /// What was approved in it instead, where that is less.
    pub less: Option<Fen>,
    /// When it began.
    pub opened_at: Option<Timestamp>,
    /// How it ended; nothing while it is open.
    pub ended: Option<Word>,
    /// Those who were asked, in their order.
    pub seats: Vec<Seat>,
}

/// Somebody who was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Their name; the role while nobody holds it.
    pub name: String,
    /// Whom they stand in for.
    pub instead_of: Option<String>,
    /// What they said; nothing yet.
    pub said: Option<Word>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

/// The section; nothing where nobody was asked.
#[must_use]
pub fn view(locale: &Locale, rounds: &[Round]) -> Markup {
    html! {
        @if !rounds.is_empty() {
            section.card.mb-3 {
                div.card-body {
                    h2.h4 { (locale.say(words::APPROVALS)) }
                    @for round in rounds { (one(locale, round)) }
                }
            }
        }
    }
}

fn one(locale: &Locale, round: &Round) -> Markup {
    html! {
        div.round {
            p.mb-1 {
                strong { (locale.say(round.purpose)) }
                @if round.total.0 != 0 { " · " (locale.money(round.total)) }
                @if let Some(less) = round.less { " → " strong { (locale.money(less)) } " " span.text-secondary.small { (locale.say(words::GIVEN_LESS)) } }
                @if let Some(at) = round.opened_at { span.text-secondary.small { " · " (locale.near(at)) } }
                " " span.badge.bg-secondary-lt { (locale.say(round.ended.unwrap_or(words::STATE_RUNNING))) }
            }
            ul.seats { @for seat in &round.seats { li { (seat_of(locale, seat)) } } }
        }
    }
}

fn seat_of(locale: &Locale, seat: &Seat) -> Markup {
    html! {
        (seat.name)
        @if let Some(absent) = &seat.instead_of { " (" (locale.fill(crate::words::work::INSTEAD_OF, &[("name", absent)])) ")" }
        " · "
        @match seat.said {
            Some(said) => strong { (locale.say(said)) },
            None => span.text-secondary { (locale.say(words::NOT_YET_SAID)) },
        }
        @if let Some(at) = seat.at { span.text-secondary.small { " · " (locale.near(at)) } }
        @if let Some(reason) = &seat.reason { blockquote.said { (reason) } }
    }
}
