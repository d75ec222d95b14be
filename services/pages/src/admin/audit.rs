//! The trail of a complaint: every stage, transfer, approval and message with who and when, and whether the hash chains
//! say that nothing of it was changed, taken out or put in.

use contracts::ServiceName;
use maud::{Markup, html};

use super::system::name;
use crate::Locale;
use crate::case::timeline::Entry;
use crate::words::{Word, admin as words, by_key};

/// What kind of thing was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A stage was entered, completed.
    Stage,
    /// Work was given to somebody, handed back, moved.
    Transfer,
    /// A decision.
    Approval,
    /// A word to the customer or staff.
    Message,
    /// The rest: facts, clocks, findings.
    Other,
}

impl Kind {
    /// Every kind, in the order of the choices.
    pub const ALL: [Self; 5] = [Self::Stage, Self::Transfer, Self::Approval, Self::Message, Self::Other];
    /// As addresses name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stage => "stages",
            Self::Transfer => "transfers",
            Self::Approval => "approvals",
            Self::Message => "messages",
            Self::Other => "other",
        }
    }
    /// What an event of a service is.
    #[must_use]
    pub fn of(source: ServiceName, what: &str) -> Self {
        const MOVES: [&str; 2] = ["stage.changed", "stage.withdrawn"];
        match source {
            ServiceName::Approval => Self::Approval,
            ServiceName::Notification => Self::Message,
            _ if what.starts_with("work.") || MOVES.contains(&what) => Self::Transfer,
            _ if what.starts_with("stage.") || what.starts_with("case.") => Self::Stage,
            _ => Self::Other,
        }
    }
    const fn word(self) -> Word {
        match self {
            Self::Stage => words::OF_STAGES,
            Self::Transfer => words::OF_TRANSFERS,
            Self::Approval => words::OF_APPROVALS,
            Self::Message => words::OF_MESSAGES,
            Self::Other => words::OF_OTHERS,
        }
    }
}

/// Something that was said.
#[derive(Debug, Clone)]
pub struct Line {
    /// In words.
    pub entry: Entry,
    /// What kind it is.
    pub kind: Kind,
    /// Who said it.
    pub source: ServiceName,
    /// Its position among what they said.
    pub sequence: u64,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// What caused it.
    pub causation: String,
}

/// What verifying a chain found.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Whose.
    pub service: ServiceName,
    /// How many events it has.
    pub events: u64,
    /// Where it is broken, and how.
    pub broken: Option<(u64, String)>,
}

/// The trail of a complaint.
#[derive(Debug, Clone)]
pub struct Trail {
    /// The page itself.
    pub address: String,
    /// The page of the case.
    pub case: String,
    /// Its number.
    pub number: String,
    /// The chains.
    pub chains: Vec<Chain>,
    /// What is shown: of one kind, or all.
    pub only: Option<Kind>,
    /// What was said, oldest first.
    pub lines: Vec<Line>,
}

/// Where one looks for a complaint.
#[must_use]
pub fn search(locale: &Locale, typed: &str, not_found: bool) -> Markup {
    html! {
        p.text-secondary { (locale.say(words::AUDIT_HINT)) }
        form.finding method="get" action="/console/admin/audit" role="search" {
            label.form-label for="number" { (locale.say(words::AUDIT_NUMBER)) }
            div.input-group {
                input.form-control.is-invalid[not_found] #number type="search" name="number" value=(typed) required autocomplete="off"
                    aria-invalid=[not_found.then_some("true")] aria-describedby=[not_found.then_some("number-wrong")];
                button.btn.btn-primary type="submit" { (locale.say(words::AUDIT_LOOK)) }
            }
            @if not_found { div.refused #number-wrong role="alert" { (locale.say(words::AUDIT_NONE)) } }
        }
    }
}

/// The trail.
#[must_use]
pub fn trail(locale: &Locale, trail: &Trail) -> Markup {
    html! {
        (verdict(locale, trail))
        nav.mb-2 aria-label=(locale.say(words::AUDIT_KINDS)) {
            ul.picks {
                li { a.btn.btn-sm.active[trail.only.is_none()] href=(trail.address) aria-current=[trail.only.is_none().then_some("page")] { (locale.say(words::OF_ALL)) } }
                @for kind in Kind::ALL {
                    li { a.btn.btn-sm.active[trail.only == Some(kind)] href={ (trail.address) "?of=" (kind.as_str()) }
                        aria-current=[(trail.only == Some(kind)).then_some("page")] { (locale.say(kind.word())) } }
                }
            }
        }
        div.table-responsive {
            table.table.card-table.stacked {
                thead { tr {
                    th scope="col" { (locale.say(words::WHEN)) }
                    th scope="col" { (locale.say(words::WHAT)) }
                    th scope="col" { (locale.say(words::BY)) }
                    th scope="col" { (locale.say(words::ON_RECORD)) }
                } }
                tbody {
                    @for line in &trail.lines { @if trail.only.is_none_or(|only| only == line.kind) { (row(locale, line)) } }
                }
            }
        }
    }
}

fn verdict(locale: &Locale, trail: &Trail) -> Markup {
    let broken = trail.chains.iter().any(|chain| chain.broken.is_some());
    let events: u64 = trail.chains.iter().map(|chain| chain.events).sum();
    html! {
        div.alert.alert-danger[broken].alert-success[!broken] role="status" {
            div {
                strong {
                    @if broken { (locale.say(words::CHAIN_BROKEN)) }
                    @else { (locale.fill(words::CHAIN_WHOLE, &[("n", &events.to_string())])) }
                }
                ul.plain {
                    @for chain in &trail.chains {
                        li { (locale.say(name(chain.service))) ": " (of_chain(locale, chain)) }
                    }
                }
            }
        }
        p { a href=(trail.case) { (locale.say(words::THE_CASE)) } " · " a href="/console/admin/audit" { (locale.say(words::AUDIT_ANOTHER)) } }
    }
}

fn of_chain(locale: &Locale, chain: &Chain) -> String {
    match &chain.broken {
        None => locale.fill(words::CHAIN_OF, &[("n", &chain.events.to_string())]),
        Some((sequence, fault)) => {
            let why = by_key(words::ALL, &format!("fault-{fault}")).unwrap_or(words::FAULT_CHANGED);
            locale.fill(words::CHAIN_FAULT, &[("n", &sequence.to_string()), ("why", locale.say(why))])
        }
    }
}

fn row(locale: &Locale, line: &Line) -> Markup {
    let entry = &line.entry;
    html! {
        tr {
            td { time.number datetime=(locale.machine(entry.at)) { (locale.second(entry.at)) } }
            td {
                (entry.what)
                @if let Some(text) = &entry.text { blockquote.said { (text) } }
            }
            td { (entry.by.as_deref().unwrap_or("–")) }
            td {
                details.small {
                    summary { (locale.say(name(line.source))) " " (line.sequence) }
                    div { code { (line.name) } }
                    div.text-secondary.long { (line.id) }
                    div.text-secondary.long { (locale.say(words::CAUSED_BY)) " " (line.causation) }
                }
            }
        }
    }
}
