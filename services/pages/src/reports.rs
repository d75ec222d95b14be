//! The reports that procedures have made on their day: a list, and one as it is read and printed.

use contracts::Text;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::ledger::{Line, as_of, table};
use crate::words::{Word, ledger as words, shell};

/// Where they are.
pub const ADDRESS: &str = "/console/reports";

/// A report at a glance.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its address.
    pub address: String,
    /// What it is called.
    pub label: Text,
    /// The procedure that has it made.
    pub procedure: String,
    /// Its period.
    pub span: (Timestamp, Timestamp),
    /// The number of the case that it is about, where it is about one.
    pub complaint: Option<String>,
    /// When it fell due.
    pub due: Timestamp,
    /// Until when everything is in it; none while it is being made.
    pub made: Option<Timestamp>,
}

/// The list.
#[derive(Debug, Clone, Default)]
pub struct Reports {
    /// The latest first.
    pub all: Vec<Listed>,
    /// The address of the next page.
    pub next: Option<String>,
    /// Whether this is another page than the first.
    pub later: bool,
    /// How fresh the ledger is.
    pub as_of: Option<Timestamp>,
}

/// A report.
#[derive(Debug, Clone)]
pub struct Report {
    /// What the list tells of it.
    pub listed: Listed,
    /// Who makes it.
    pub made_by: Vec<String>,
    /// Who gets it.
    pub receivers: Vec<String>,
    /// What it has to tell, in the procedure's words.
    pub contents: Vec<Text>,
    /// Its totals.
    pub totals: Vec<(Word, u64)>,
    /// Its counts: of what, and name with number.
    pub counts: Vec<(Word, Vec<(String, u64)>)>,
    /// Its cases.
    pub cases: Vec<Line>,
    /// How many there are in all.
    pub of: u64,
}

/// The list's page.
#[must_use]
pub fn list(locale: &Locale, model: &Reports) -> Markup {
    html! {
        div.page-header.mb-3 {
            h1.page-title { (locale.say(words::REPORTS)) }
            p.text-secondary.mb-0 { (locale.say(words::REPORTS_HINT)) }
            (as_of(locale, model.as_of))
        }
        @if model.all.is_empty() { div.empty { p.empty-title { (locale.say(words::NO_REPORTS)) } } } @else {
            div.table-scroll tabindex="0" role="region" aria-label=(locale.say(words::REPORTS)) {
                table.table.table-vcenter.card-table {
                    thead { tr { @for word in [words::REPORT, words::PROCEDURE, words::PERIOD, words::DUE, words::MADE] { th scope="col" { (locale.say(word)) } } } }
                    tbody { @for one in &model.all { (row(locale, one)) } }
                }
            }
        }
        div.turning {
            @if model.later { a.btn href=(ADDRESS) { (locale.say(shell::FIRST_PAGE)) } }
            @if let Some(next) = &model.next { a.btn href=(next) { (locale.say(shell::NEXT_PAGE)) } }
        }
    }
}

fn row(locale: &Locale, one: &Listed) -> Markup {
    html! {
        tr {
            td { a href=(one.address) { (locale.label(&one.label)) } }
            td { (one.procedure) }
            td { (span(locale, one)) }
            td.number { (locale.near(one.due)) }
            td { @match one.made { Some(at) => span.number { (locale.near(at)) }, None => span.text-secondary { (locale.say(words::BEING_MADE)) } } }
        }
    }
}

fn span(locale: &Locale, one: &Listed) -> String {
    let (from, to) = one.span;
    // A period ends before its last instant: the day is the one before.
    let last = to.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(to);
    one.complaint.clone().unwrap_or_else(|| {
        locale.fill(words::PERIOD_SPAN, &[("from", &locale.date(from)), ("to", &locale.date(last))])
    })
}

/// A report's page.
#[must_use]
pub fn one(locale: &Locale, report: &Report) -> Markup {
    let listed = &report.listed;
    html! {
        div.page-header.mb-3 {
            p.mb-1.d-print-none { a href=(ADDRESS) { "← " (locale.say(words::REPORTS)) } }
            h1.page-title { (locale.label(&listed.label)) }
            p.text-secondary.mb-0 { (listed.procedure) " · " (span(locale, listed)) }
        }
        section.card.mb-3 {
            div.card-body {
                dl.glance.mb-0 {
                    dt { (locale.say(words::DUE)) } dd { (locale.time(listed.due)) }
                    dt { (locale.say(words::MADE_BY)) } dd { (report.made_by.join(" · ")) }
                    dt { (locale.say(words::RECEIVERS)) } dd { (report.receivers.join(" · ")) }
                    @if !report.contents.is_empty() {
                        dt { (locale.say(words::CONTENTS)) }
                        dd { @for line in &report.contents { div { (locale.label(line)) } } }
                    }
                }
            }
        }
        @match listed.made {
            None => div.alert.alert-warning { (locale.say(words::BEING_MADE)) },
            Some(at) => (made(locale, report, at)),
        }
    }
}

fn made(locale: &Locale, report: &Report, at: Timestamp) -> Markup {
    let listed = report.cases.len().to_string();
    html! {
        section.mb-3 {
            h2.h3 { (locale.say(words::FIGURES)) }
            p.text-secondary { (locale.fill(words::FROZEN, &[("time", &locale.time(at))])) }
            div.totals { @for (label, n) in &report.totals { div.card.total { span.total-figure { (n) } span.text-secondary { (locale.say(*label)) } } } }
        }
        div.report-counts {
            @for (title, counts) in &report.counts { @if !counts.is_empty() { (counted(locale, *title, counts)) } }
        }
        section {
            h2.h3 { (locale.say(words::CASES)) }
            p.text-secondary { (locale.fill(words::LISTED, &[("n", &listed), ("all", &report.of.to_string())])) }
            @if !report.cases.is_empty() { (table(locale, &report.cases)) }
            div.turning.d-print-none {
                span.text-secondary { (locale.say(words::PRINT_HINT)) }
                a.btn.ms-auto href={ (report.listed.address) "/csv" } { (locale.say(words::EXPORT)) }
            }
        }
    }
}

fn counted(locale: &Locale, title: Word, counts: &[(String, u64)]) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                table.table.table-sm.mb-0 {
                    thead { tr { th scope="col" { (locale.say(title)) } th.count scope="col" { (locale.say(words::COUNT)) } } }
                    tbody { @for (name, n) in counts { tr { th.fw-normal scope="row" { (name) } td.count { (n) } } } }
                }
            }
        }
    }
}
