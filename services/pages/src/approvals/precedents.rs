//! Precedents: how equal matters were decided before, with their spread and what customers said of it.

use contracts::Fen;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::words::{approvals as words, tasks, work};

/// Precedents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precedents {
    /// Latest first.
    pub cases: Vec<Precedent>,
    /// Where more of them are found.
    pub more: Option<String>,
}

/// A precedent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precedent {
    /// The address of the case.
    pub address: String,
    /// Its number.
    pub number: String,
    /// What was given.
    pub remedies: Vec<String>,
    /// The sum.
    pub amount: Fen,
    /// Who was liable.
    pub liable: Option<String>,
    /// What the customer said of it.
    pub satisfaction: Option<String>,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// The section.
#[must_use]
pub fn view(locale: &Locale, precedents: &Precedents) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h4 { (locale.say(words::PRECEDENTS)) }
                p.text-secondary.small { (locale.say(words::PRECEDENTS_HINT)) }
                @match spread(locale, &precedents.cases) {
                    None => p.mb-0 { (locale.say(words::NO_PRECEDENTS)) },
                    Some(spread) => {
                        p { strong { (spread) } }
                        div.table-scroll tabindex="0" role="region" aria-label=(locale.say(words::PRECEDENTS)) { (table(locale, precedents)) }
                        @if let Some(more) = &precedents.more { p.mb-0 { a href=(more) { (locale.say(words::PRECEDENTS_MORE)) } } }
                    },
                }
            }
        }
    }
}

fn spread(locale: &Locale, cases: &[Precedent]) -> Option<String> {
    let mut amounts: Vec<_> = cases.iter().map(|case| case.amount).collect();
    amounts.sort_unstable();
    let (least, most, middle) = (amounts.first()?, amounts.last()?, amounts.get(amounts.len() / 2)?);
    let [least, middle, most] = [least, middle, most].map(|amount| locale.money(*amount));
    Some(locale.fill(words::PRECEDENTS_SPREAD, &[("least", &least), ("middle", &middle), ("most", &most)]))
}

fn table(locale: &Locale, precedents: &Precedents) -> Markup {
    html! {
        table.table.table-sm.mb-0 {
            thead {
                tr {
                    th scope="col" { (locale.say(work::NUMBER)) }
                    th scope="col" { (locale.say(words::AMOUNT)) }
                    th scope="col" { (locale.say(tasks::REMEDIES)) }
                    th scope="col" { (locale.say(tasks::LIABLE)) }
                    th scope="col" { (locale.say(words::OUTCOME)) }
                    th scope="col" { (locale.say(words::DECIDED_AT)) }
                }
            }
            tbody {
                @for case in &precedents.cases {
                    tr {
                        td { a.number href=(case.address) { (case.number) } }
                        td.number { (locale.money(case.amount)) }
                        td { (case.remedies.join(" · ")) }
                        td { @if let Some(liable) = &case.liable { (liable) } }
                        td { @if let Some(said) = &case.satisfaction { (said) } }
                        td { (locale.near(case.decided_at)) }
                    }
                }
            }
        }
    }
}
