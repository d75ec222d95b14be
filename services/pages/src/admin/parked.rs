//! Parked messages: what no version of the program could handle, with what is wrong in words, the message itself, and
//! the two ways out of it: handle it again, or skip it for good, each with a reason that stays on record.

use contracts::{Language, Problem, ProblemCode, ServiceName};
use jiff::Timestamp;
use maud::{Markup, html};

use super::system::name;
use crate::Locale;
use crate::forms::{Control, Field, Typed, carried, field};
use crate::words::{admin as words, by_key, shell};

/// A parked message.
#[derive(Debug, Clone)]
pub struct Line {
    /// Who parked it.
    pub service: ServiceName,
    /// Its id.
    pub id: String,
    /// What it is about, such as `complaint/huarun/…`.
    pub subject: String,
    /// The page of the case that it is about, where the reader may see one.
    pub case: Option<String>,
    /// What it is: the name of an event, or the key of a timer.
    pub what: String,
    /// Who said it; none for a timer.
    pub source: Option<ServiceName>,
    /// The stable code of the reason.
    pub code: String,
    /// The reason, as the program tells it.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// How often it was tried.
    pub attempts: u64,
}

/// What is parked.
#[derive(Debug, Clone, Default)]
pub struct Parked {
    /// Of this service alone.
    pub only: Option<ServiceName>,
    /// The messages, oldest first.
    pub lines: Vec<Line>,
    /// The services that do not answer.
    pub away: Vec<ServiceName>,
    /// The services that have more, with where the next page starts.
    pub more: Vec<(ServiceName, String)>,
}

/// One message, whole.
#[derive(Debug, Clone)]
pub struct One {
    /// What there is to know of it.
    pub line: Line,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body, as it was said.
    pub body: String,
    /// Whether it was settled meanwhile.
    pub settled: bool,
    /// Whether the reader may settle it.
    pub may_settle: bool,
    /// What was typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// The key under which it is settled once.
    pub key: String,
}

/// What is wrong, in words.
#[must_use]
pub fn wrong(code: &str, language: Language) -> String {
    let word = by_key(words::ALL, &format!("why-{code}"));
    let known = ProblemCode::ALL.iter().find(|known| known.as_str() == code);
    word.map(|word| word.get(language))
        .or_else(|| known.map(|known| known.title(language)))
        .map_or_else(|| code.to_owned(), str::to_owned)
}

/// The list.
#[must_use]
pub fn view(locale: &Locale, parked: &Parked) -> Markup {
    html! {
        p.text-secondary { (locale.say(words::PARKED_HINT)) }
        @for service in &parked.away {
            div.alert.alert-warning { (locale.fill(words::AWAY_OF, &[("service", locale.say(name(*service)))])) }
        }
        @if let Some(only) = parked.only {
            p { (locale.fill(words::ONLY_OF, &[("service", locale.say(name(only)))])) " " a href="/console/admin/parked" { (locale.say(words::SHOW_ALL)) } }
        }
        @if parked.lines.is_empty() {
            div.empty { p.empty-title { (locale.say(words::NOTHING_PARKED)) } }
        } @else {
            div.table-responsive {
                table.table.table-vcenter.card-table.stacked {
                    thead { tr {
                        th scope="col" { (locale.say(words::SINCE)) }
                        th scope="col" { (locale.say(words::SERVICE)) }
                        th scope="col" { (locale.say(words::MESSAGE)) }
                        th scope="col" { (locale.say(words::WHAT_IS_WRONG)) }
                        th scope="col" { span.visually-hidden { (locale.say(words::OPEN)) } }
                    } }
                    tbody { @for line in &parked.lines { (row(locale, line)) } }
                }
            }
        }
        div.turning {
            @for (service, next) in &parked.more {
                a.btn href={ "/console/admin/parked?service=" (service) "&cursor=" (next) } { (locale.fill(words::MORE_OF, &[("service", locale.say(name(*service)))])) }
            }
        }
    }
}

fn row(locale: &Locale, line: &Line) -> Markup {
    html! {
        tr {
            td { time datetime=(locale.machine(line.at)) title=(locale.time(line.at)) { (locale.near(line.at)) } }
            td { (locale.say(name(line.service))) }
            td { code { (line.what) } div.text-secondary.small.long { (line.subject) } }
            td { (wrong(&line.code, locale.language)) }
            td.deeds { a.btn.btn-sm href={ "/console/admin/parked/" (line.service) "/" (line.id) } { (locale.say(words::OPEN)) } }
        }
    }
}

/// The field of the reason, which both ways out ask for.
#[must_use]
pub fn reason() -> Field {
    Field::new("/reason", words::REASON, Control::Line).required().hint(words::REASON_HINT)
}

/// One message.
#[must_use]
pub fn one(locale: &Locale, csrf: &str, one: &One) -> Markup {
    html! {
        div.row.row-cards {
            div.col-lg-5 { (told(locale, &one.line)) @if one.may_settle && !one.settled { (settling(locale, csrf, one)) } }
            div.col-lg-7 { (message(locale, one)) }
        }
    }
}

fn told(locale: &Locale, line: &Line) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (wrong(&line.code, locale.language)) }
                p.long lang="en" { (line.reason) }
                dl.glance.mb-0 {
                    dt { (locale.say(words::SERVICE)) } dd { (locale.say(name(line.service))) }
                    dt { (locale.say(words::MESSAGE)) } dd { code { (line.what) } }
                    @if let Some(source) = line.source { dt { (locale.say(words::SAID_BY)) } dd { (locale.say(name(source))) } }
                    dt { (locale.say(words::ABOUT)) } dd { @match &line.case { Some(address) => a href=(address) { (line.subject) }, None => (line.subject) } }
                    dt { (locale.say(words::SINCE)) } dd { (locale.time(line.at)) }
                    dt { (locale.say(words::ATTEMPTS)) } dd { (line.attempts) }
                    dt { (locale.say(shell::CODE)) } dd { code { (line.code) } }
                }
            }
        }
    }
}

fn settling(locale: &Locale, csrf: &str, one: &One) -> Markup {
    let base = format!("/console/admin/parked/{}/{}", one.line.service, one.line.id);
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::SETTLE)) }
                p.text-secondary { (locale.say(words::SETTLE_HINT)) }
                form.once method="post" action={ (base) "/replay" } {
                    (carried(csrf, Some(&one.key)))
                    (field(locale, &reason(), &one.typed, one.problem.as_ref()))
                    div.btn-list {
                        button.btn.btn-primary type="submit" { (locale.say(words::REPLAY)) }
                        button.btn.btn-outline-danger type="submit" formaction={ (base) "/drop" } { (locale.say(words::DROP)) }
                    }
                }
                p.text-secondary.small.mt-2.mb-0 { (locale.say(words::DROP_HINT)) }
            }
        }
    }
}

fn message(locale: &Locale, one: &One) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h3 { (locale.say(words::THE_MESSAGE)) }
                pre.code tabindex="0" { (one.body) }
                details.small {
                    summary { (locale.say(words::HEADERS)) }
                    dl.glance { @for (name, value) in &one.headers { dt { (name) } dd { code { (value) } } } }
                }
            }
        }
    }
}
