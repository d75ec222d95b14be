//! The ledger: cases sought by what is known of them, page by page, and what of it is exported.

use contracts::Fen;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Choice, carried};
use crate::words::{Word, figures, ledger as words, shell};

/// Where it is.
pub const ADDRESS: &str = "/console/ledger";

/// A case in the ledger, with the names that people know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The complaint.
    pub complaint: String,
    /// Its number.
    pub number: String,
    /// The nature of the matter.
    pub kind: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// The channel it came by.
    pub channel: Option<String>,
    /// The department that must answer.
    pub department: Option<String>,
    /// Where it stands; none when it is closed.
    pub stage: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Its level.
    pub level: u64,
    /// Which handling it is.
    pub instance: u64,
    /// Whether it repeats an earlier one.
    pub repeats: bool,
    /// How many clocks ran out.
    pub breaches: u64,
    /// How often the ladder was climbed.
    pub escalations: u64,
    /// The customer's last answer.
    pub satisfaction: Option<String>,
    /// Who is liable.
    pub liable: Option<String>,
    /// What was proposed.
    pub remedies: Vec<String>,
    /// The sum of it.
    pub proposed: Option<Fen>,
    /// What was carried out.
    pub executed: Option<Fen>,
    /// When the customer told somebody.
    pub received_at: Option<Timestamp>,
    /// When it was put on record.
    pub registered_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// The columns of an export, in order.
pub const COLUMNS: [Word; 20] = [
    words::NUMBER,
    words::KIND,
    words::CATEGORY,
    words::CHANNEL,
    words::DEPARTMENT,
    words::STAGE,
    words::OUTCOME,
    words::LEVEL,
    words::INSTANCE,
    words::REPEATS,
    words::BREACHES,
    words::ESCALATIONS,
    words::SATISFACTION,
    words::LIABLE,
    words::REMEDIES,
    words::PROPOSED,
    words::EXECUTED,
    words::RECEIVED,
    words::REGISTERED,
    words::CLOSED_AT,
];

impl Line {
    /// Its cells in an export, as [`COLUMNS`] names them: amounts and times as spreadsheet programs read them.
    #[must_use]
    pub fn cells(&self, locale: &Locale) -> [String; 20] {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let yuan = |amount: Option<Fen>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        let time = |at: Option<Timestamp>| at.map(|at| locale.plain(at)).unwrap_or_default();
        [
            self.number.clone(),
            text(&self.kind),
            text(&self.category),
            text(&self.channel),
            text(&self.department),
            text(&self.stage),
            text(&self.outcome),
            self.level.to_string(),
            self.instance.to_string(),
            locale.say(if self.repeats { shell::YES } else { shell::NO }).to_owned(),
            self.breaches.to_string(),
            self.escalations.to_string(),
            text(&self.satisfaction),
            text(&self.liable),
            self.remedies.join(" · "),
            yuan(self.proposed),
            yuan(self.executed),
            time(self.received_at),
            time(self.registered_at),
            time(self.closed_at),
        ]
    }
}

/// What is sought, as the form has it.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// The text.
    pub search: String,
    /// The category.
    pub category: String,
    /// The categories to choose from.
    pub categories: Vec<Choice>,
    /// The department.
    pub department: String,
    /// The departments to choose from; none for who sees only their own.
    pub departments: Vec<Choice>,
    /// Registered from this day.
    pub from: String,
    /// Registered until this day.
    pub to: String,
    /// `true`, `false` or nothing.
    pub open: String,
    /// What narrows it besides, of a figure that led here: as it stands in the address.
    pub besides: Vec<(String, String)>,
}

/// The page's model.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// What is sought.
    pub sought: Sought,
    /// The cases, newest first.
    pub lines: Vec<Line>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, when this is another.
    pub first: Option<String>,
    /// Where the same is exported; none for what a caller's number found.
    pub export: Option<String>,
    /// Whether the reader may seek by a caller's number.
    pub by_caller: bool,
    /// Whether this is what a caller's number found.
    pub of_caller: bool,
    /// How fresh it is.
    pub as_of: Option<Timestamp>,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &Ledger) -> Markup {
    html! {
        div.page-header.mb-3 {
            h1.page-title { (locale.say(words::TITLE)) }
            (as_of(locale, model.as_of))
        }
        section.card.mb-3.d-print-none { div.card-body {
            (form(locale, &model.sought))
            @if model.by_caller { (callers(locale, csrf)) }
        } }
        @if model.of_caller { h2.h4 { (locale.say(words::OF_CALLER)) } }
        @if model.lines.is_empty() { div.empty { p.empty-title { (locale.say(words::NONE)) } } } @else { (table(locale, &model.lines)) }
        div.turning.d-print-none {
            @if let Some(first) = &model.first { a.btn href=(first) { (locale.say(shell::FIRST_PAGE)) } }
            @if let Some(next) = &model.next { a.btn href=(next) { (locale.say(shell::NEXT_PAGE)) } }
            @if let Some(export) = &model.export { a.btn.ms-auto href=(export) { (locale.say(words::EXPORT)) } }
        }
    }
}

/// How fresh the figures of a page are.
#[must_use]
pub fn as_of(locale: &Locale, at: Option<Timestamp>) -> Markup {
    html! {
        p.text-secondary.mb-0 {
            @match at {
                Some(at) => (locale.fill(figures::AS_OF, &[("time", &locale.near(at))])),
                None => (locale.say(figures::AS_OF_NONE)),
            }
        }
    }
}

fn form(locale: &Locale, sought: &Sought) -> Markup {
    html! {
        form.filters method="get" action=(ADDRESS) role="search" {
            @if !sought.besides.is_empty() {
                p.filters-wide.mb-0 { span.badge.bg-blue-lt { (locale.say(words::NARROWED)) } }
                @for (name, value) in &sought.besides { input type="hidden" name=(name) value=(value); }
            }
            div.filters-wide {
                label.form-label for="search" { (locale.say(words::SEARCH)) }
                input.form-control #search type="search" name="search" value=(sought.search) maxlength="200" aria-describedby="search-hint";
                div.form-hint #search-hint { (locale.say(words::SEARCH_HINT)) }
            }
            (choice(locale, ("category", words::CATEGORY, words::ANY), &sought.category, &sought.categories))
            @if !sought.departments.is_empty() { (choice(locale, ("department", figures::DEPARTMENT, figures::ALL_DEPARTMENTS), &sought.department, &sought.departments)) }
            (choice(locale, ("open", words::STANDING, words::ANY), &sought.open, &[Choice::new("true", words::OPEN), Choice::new("false", words::CLOSED)]))
            (day(locale, "from", words::REGISTERED_FROM, &sought.from))
            (day(locale, "to", words::REGISTERED_TO, &sought.to))
            div.btn-list {
                button.btn.btn-primary type="submit" { (locale.say(words::SEEK)) }
                a.btn href=(ADDRESS) { (locale.say(words::CLEAR)) }
            }
        }
    }
}

/// A choice among several, or any.
#[must_use]
pub fn choice(
    locale: &Locale,
    (name, label, any): (&str, Word, Word),
    chosen: &str,
    choices: &[Choice],
) -> Markup {
    html! {
        div {
            label.form-label for=(name) { (locale.say(label)) }
            select.form-select id=(name) name=(name) {
                option value="" { (locale.say(any)) }
                @for one in choices { option value=(one.value) selected[one.value == chosen] { (one.label.get(locale.language)) } }
            }
        }
    }
}

/// A day.
#[must_use]
pub fn day(locale: &Locale, name: &str, label: Word, value: &str) -> Markup {
    html! {
        div {
            label.form-label for=(name) { (locale.say(label)) }
            input.form-control id=(name) type="date" name=(name) value=(value);
        }
    }
}

fn callers(locale: &Locale, csrf: &str) -> Markup {
    html! {
        details.mt-3 {
            summary { (locale.say(words::BY_CALLER)) }
            form.filters.mt-2 method="post" action=(ADDRESS) {
                (carried(csrf, None))
                div {
                    label.form-label for="phone" { (locale.say(words::PHONE)) }
                    input.form-control #phone type="tel" name="/phone" autocomplete="off" aria-describedby="caller-hint";
                }
                div {
                    label.form-label for="email" { (locale.say(words::EMAIL)) }
                    input.form-control #email type="email" name="/email" autocomplete="off";
                }
                div.btn-list { button.btn type="submit" { (locale.say(words::SEEK)) } }
                div.form-hint.filters-wide #caller-hint { (locale.say(words::BY_CALLER_HINT)) }
            }
        }
    }
}

/// Cases, as a table.
#[must_use]
pub fn table(locale: &Locale, lines: &[Line]) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-label=(locale.say(words::CASES)) {
            table.table.table-vcenter.card-table {
                thead {
                    tr {
                        @for word in [words::NUMBER, words::CATEGORY, words::DEPARTMENT, words::STAGE, words::LEVEL, words::BREACHES, words::SATISFACTION, words::PROPOSED, words::REGISTERED, words::CLOSED_AT] {
                            th scope="col" { (locale.say(word)) }
                        }
                    }
                }
                tbody { @for line in lines { (row(locale, line)) } }
            }
        }
    }
}

fn row(locale: &Locale, line: &Line) -> Markup {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    html! {
        tr {
            td {
                a.number href={ "/console/cases/" (line.complaint) } { (line.number) }
                @if line.repeats { div { span.badge.bg-orange-lt { (locale.say(words::REPEATS)) } } }
            }
            td { (text(&line.category)) }
            td { (text(&line.department)) }
            td { (line.stage.clone().or_else(|| line.outcome.clone()).unwrap_or_default()) }
            td { (line.level) }
            td { @if line.breaches > 0 { strong.over { (line.breaches) } } }
            td { (text(&line.satisfaction)) }
            td.number { @if let Some(amount) = line.proposed { (locale.money(amount)) } }
            td.number { @if let Some(at) = line.registered_at { (locale.near(at)) } }
            td.number { @if let Some(at) = line.closed_at { (locale.near(at)) } }
        }
    }
}
