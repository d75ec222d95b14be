//! Messages to customers and staff on their way: which failed and why, and which wait for somebody to hand them over.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::words::{Word, admin as words, shell};

/// Which messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// That could not be delivered.
    #[default]
    Failed,
    /// That a person hands over.
    Listed,
    /// On their way.
    Waiting,
    /// Delivered.
    Delivered,
}

impl Standing {
    /// Every one, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Listed, Self::Waiting, Self::Delivered];
    /// As notification names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Listed => "listed",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
        }
    }
    /// Read back.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
    const fn word(self) -> Word {
        match self {
            Self::Failed => words::MESSAGES_FAILED,
            Self::Listed => words::MESSAGES_LISTED,
            Self::Waiting => words::MESSAGES_WAITING,
            Self::Delivered => words::MESSAGES_DELIVERED,
        }
    }
    const fn empty(self) -> Word {
        match self {
            Self::Failed => words::NONE_FAILED,
            Self::Listed => words::NONE_LISTED,
            Self::Waiting => words::NONE_WAITING,
            Self::Delivered => words::NONE_DELIVERED,
        }
    }
}

/// A message.
#[derive(Debug, Clone)]
pub struct Line {
    /// When it was asked for.
    pub at: Timestamp,
    /// The name of who gets it; none for the customer.
    pub to: Option<String>,
    /// By which channel.
    pub channel: String,
    /// Of which template.
    pub template: String,
    /// The page of the complaint that it is about.
    pub case: Option<String>,
    /// Its subject line.
    pub subject: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// How often it was tried.
    pub attempts: u64,
    /// What the next system said at the last attempt, and when.
    pub last: Option<(Timestamp, String)>,
}

/// A page of messages.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    /// Which.
    pub of: Standing,
    /// The messages, newest first.
    pub lines: Vec<Line>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// Whether this is the first page.
    pub first: bool,
}

/// The content of the room.
#[must_use]
pub fn view(locale: &Locale, messages: &Messages) -> Markup {
    let base = format!("/console/admin/messages?of={}", messages.of.as_str());
    html! {
        nav.mb-3 aria-label=(locale.say(words::MESSAGES)) {
            ul.picks {
                @for one in Standing::ALL {
                    li { a.btn.btn-sm.active[one == messages.of] href={ "/console/admin/messages?of=" (one.as_str()) }
                        aria-current=[(one == messages.of).then_some("page")] { (locale.say(one.word())) } }
                }
            }
        }
        @if messages.lines.is_empty() { div.empty { p.empty-title { (locale.say(messages.of.empty())) } } }
        @else {
            div.table-responsive {
                table.table.table-vcenter.card-table.stacked {
                    thead { tr {
                        th scope="col" { (locale.say(words::ASKED_AT)) }
                        th scope="col" { (locale.say(words::TO)) }
                        th scope="col" { (locale.say(words::TEXT)) }
                        th scope="col" { (locale.say(words::LAST_ATTEMPT)) }
                    } }
                    tbody { @for line in &messages.lines { (row(locale, line)) } }
                }
            }
        }
        div.turning {
            @if !messages.first { a.btn href=(base) { (locale.say(shell::FIRST_PAGE)) } }
            @if let Some(next) = &messages.next { a.btn href={ (base) "&cursor=" (next) } { (locale.say(shell::NEXT_PAGE)) } }
        }
    }
}

fn row(locale: &Locale, line: &Line) -> Markup {
    html! {
        tr {
            td {
                time datetime=(locale.machine(line.at)) { (locale.near(line.at)) }
                @if let Some(case) = &line.case { div.small { a href=(case) { (locale.say(words::THE_CASE)) } } }
            }
            td {
                (line.to.as_deref().unwrap_or_else(|| locale.say(shell::CUSTOMER)))
                div.text-secondary.small { code { (line.channel) } " · " code { (line.template) } }
            }
            td {
                @match (&line.subject, &line.text) {
                    (None, None) => span.text-secondary { (locale.say(words::TEXT_GONE)) },
                    (subject, text) => details {
                        summary { (subject.as_deref().or(text.as_deref()).map(start).unwrap_or_default()) }
                        @if let Some(text) = text { blockquote.said { (text) } }
                    },
                }
            }
            td {
                @match &line.last {
                    Some((at, detail)) => {
                        span.long { (detail) }
                        div.text-secondary.small { (locale.near(*at)) " · " (locale.fill(words::TRIED, &[("n", &line.attempts.to_string())])) }
                    },
                    None => span.text-secondary { (locale.say(words::NOT_TRIED)) },
                }
            }
        }
    }
}

/// The beginning of a text, for a line.
fn start(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
