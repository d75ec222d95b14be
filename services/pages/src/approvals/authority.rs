//! Who decides on which amount, by the playbook's matrix: whoever decides sees their own limit, and whose turn it would
//! be above it.

use contracts::Fen;
use maud::{Markup, html};

use crate::Locale;
use crate::words::approvals as words;

/// The matrix, as far as it is about the case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authority {
    /// Its rows, smallest amounts first.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// More than this.
    pub over: Option<Fen>,
    /// Up to this, inclusive.
    pub up_to: Option<Fen>,
    /// Who decides, one after the other.
    pub roles: Vec<String>,
    /// Whether the reader's role is the last to decide.
    pub own: bool,
    /// Whether the case falls into it.
    pub applies: bool,
}

/// The section.
#[must_use]
pub fn view(locale: &Locale, authority: &Authority) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h4 { (locale.say(words::AUTHORITY)) }
                @if authority.rows.is_empty() { p.text-secondary.mb-0 { (locale.say(words::AUTHORITY_NONE)) } } @else {
                    table.table.table-sm.mb-0 {
                        thead { tr { th scope="col" { (locale.say(words::AMOUNT)) } th scope="col" { (locale.say(words::DECIDED_BY)) } } }
                        tbody { @for row in &authority.rows { (line(locale, row)) } }
                    }
                }
            }
        }
    }
}

fn line(locale: &Locale, row: &Row) -> Markup {
    html! {
        tr.table-active[row.applies] {
            td { (span(locale, row)) @if row.applies { " " span.badge.bg-blue-lt { (locale.say(words::AUTHORITY_NOW)) } } }
            td {
                @if row.roles.is_empty() { (locale.say(words::AUTHORITY_NOBODY)) } @else { (row.roles.join(" → ")) }
                @if row.own { " " span.badge.bg-green-lt { (locale.say(words::AUTHORITY_YOURS)) } }
            }
        }
    }
}

fn span(locale: &Locale, row: &Row) -> String {
    let money = |amount: Fen| locale.money(amount);
    match (row.over, row.up_to) {
        (None, None) => locale.say(words::ANY_AMOUNT).to_owned(),
        (None, Some(to)) => locale.fill(words::UP_TO, &[("to", &money(to))]),
        (Some(from), None) => locale.fill(words::OVER, &[("from", &money(from))]),
        (Some(from), Some(to)) => locale.fill(words::BETWEEN, &[("from", &money(from)), ("to", &money(to))]),
    }
}
