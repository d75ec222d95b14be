//! The manager's dashboard: the figures of a period, each leading to its cases, and how fresh they are.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::charts::{self, Chart};
use crate::forms::Choice;
use crate::ledger::{as_of, choice, day};
use crate::words::{Word, figures as words};

/// Where it is.
pub const ADDRESS: &str = "/console/figures";

/// Of what the figures are.
#[derive(Debug, Clone, Default)]
pub struct Period {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// `day`, `week` or `month`.
    pub by: String,
    /// The department.
    pub department: String,
    /// The departments to choose from; none for who sees only their own.
    pub departments: Vec<Choice>,
}

/// A figure on its own.
#[derive(Debug, Clone)]
pub struct Total {
    /// What it counts.
    pub label: Word,
    /// The figure.
    pub shown: String,
    /// What it means.
    pub note: Option<String>,
    /// Where its cases are.
    pub link: String,
}

/// The page's model.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Of what they are.
    pub period: Period,
    /// The figures on their own.
    pub totals: Vec<Total>,
    /// The charts.
    pub charts: Vec<Chart>,
    /// How fresh they are.
    pub as_of: Option<Timestamp>,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, model: &Figures) -> Markup {
    html! {
        div.page-header.mb-3 {
            h1.page-title { (locale.say(words::TITLE)) }
            (as_of(locale, model.as_of))
        }
        section.card.mb-3.d-print-none { div.card-body { (form(locale, &model.period)) } }
        ul.totals {
            @for total in &model.totals {
                li.card.total {
                    a.total-figure href=(total.link) { (total.shown) span.visually-hidden { " " (locale.say(total.label)) } }
                    span { (locale.say(total.label)) }
                    @if let Some(note) = &total.note { span.text-secondary.small { (note) } }
                }
            }
        }
        div.charts { @for chart in &model.charts { (charts::view(locale, chart)) } }
        (charts::scripts())
    }
}

fn form(locale: &Locale, period: &Period) -> Markup {
    let units = [
        Choice::new("day", words::BY_DAY),
        Choice::new("week", words::BY_WEEK),
        Choice::new("month", words::BY_MONTH),
    ];
    html! {
        form.filters method="get" action=(ADDRESS) {
            (day(locale, "from", words::PERIOD_FROM, &period.from))
            (day(locale, "to", words::PERIOD_TO, &period.to))
            div {
                label.form-label for="by" { (locale.say(words::BY)) }
                select.form-select #by name="by" {
                    @for one in &units { option value=(one.value) selected[one.value == period.by] { (one.label.get(locale.language)) } }
                }
            }
            @if !period.departments.is_empty() { (choice(locale, ("department", words::DEPARTMENT, words::ALL_DEPARTMENTS), &period.department, &period.departments)) }
            div.btn-list { button.btn.btn-primary type="submit" { (locale.say(words::SHOW)) } }
        }
    }
}
