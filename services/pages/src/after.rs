//! Customer service, after: whose customers are to be told, contacted and called back, what runs out first before the
//! others, each with what is to be known before one speaks (R-185, R-188, R-195, R-198, R-259).

pub mod satisfaction;

use contracts::Problem;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::case::doing::beside;
use crate::forms::carried;
use crate::refusal;
use crate::shell::{CHANGED, LATELY};
use crate::tasks::Note;
use crate::words::{Word, after as words, shell, work};
use crate::work::due;

/// Where it is.
pub const ADDRESS: &str = "/console/after";

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum List {
    /// Results to be told.
    #[default]
    Replies,
    /// Customers to be contacted.
    Contacts,
    /// Customers who must hear from us again.
    Progress,
    /// Customers to be called back.
    Callbacks,
}

impl List {
    /// Every list, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Replies, Self::Contacts, Self::Progress, Self::Callbacks];
    /// As addresses name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replies => "replies",
            Self::Contacts => "contacts",
            Self::Progress => "progress",
            Self::Callbacks => "callbacks",
        }
    }
    /// Read back.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.as_str() == text)
    }
    /// The task of its work; progress is owed by a clock, and nobody is asked for work.
    #[must_use]
    pub const fn task(self) -> Option<&'static str> {
        match self {
            Self::Replies => Some("reply"),
            Self::Contacts => Some("contact"),
            Self::Progress => None,
            Self::Callbacks => Some("callback"),
        }
    }
    const fn word(self) -> Word {
        match self {
            Self::Replies => words::REPLIES,
            Self::Contacts => words::CONTACTS,
            Self::Progress => words::PROGRESS,
            Self::Callbacks => words::CALLBACKS,
        }
    }
    const fn hint(self) -> Word {
        match self {
            Self::Replies => words::REPLIES_HINT,
            Self::Contacts => words::CONTACTS_HINT,
            Self::Progress => words::PROGRESS_HINT,
            Self::Callbacks => words::CALLBACKS_HINT,
        }
    }
    const fn deed(self) -> Word {
        match self {
            Self::Replies => words::REPLY_NOW,
            Self::Contacts => words::CONTACT_NOW,
            Self::Progress => words::RECORD_CONTACT,
            Self::Callbacks => words::CALL_NOW,
        }
    }
}

/// Whose: as the work list and the API name it.
const OF: [(&str, Word); 3] =
    [("mine", words::MINE), ("queue", words::QUEUE), ("department", words::DEPARTMENT)];

/// How the customer is reached, as far as the reader may see it (R-256).
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// Their name.
    pub name: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Whether it is hidden in part.
    pub masked: bool,
    /// The channel that the complaint came by.
    pub channel: Option<String>,
    /// How they like to be reached.
    pub likes: Option<String>,
}

/// What was tried so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attempts {
    /// How often.
    pub made: usize,
    /// The last time.
    pub last: Option<Timestamp>,
    /// How often the customer was reached.
    pub reached: usize,
    /// How often at least.
    pub min: Option<u64>,
    /// How often at most.
    pub max: Option<u64>,
}

/// What can be done from a line.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Its form, at this address.
    Do(String),
    /// Taking it: the piece of work and the key under which it is taken once.
    Claim(String, String),
    /// Reading the case: somebody else holds it.
    Read,
}

/// A customer to be spoken with.
#[derive(Debug, Clone)]
pub struct Line {
    /// The id of the line in the page.
    pub id: String,
    /// The complaint.
    pub complaint: String,
    /// Its number.
    pub number: String,
    /// What is due: the name of the stage or the clock.
    pub label: String,
    /// What it is about.
    pub about: Option<String>,
    /// Its level.
    pub level: u32,
    /// Until when.
    pub due: Option<Timestamp>,
    /// Who holds it.
    pub holder: Option<String>,
    /// How the customer is reached.
    pub customer: Customer,
    /// When the customer was last reached, where that is what counts.
    pub since: Option<Timestamp>,
    /// When the customer wants to be called, where a time was agreed.
    pub agreed: Option<Timestamp>,
    /// What was tried; nothing where nobody is asked for work.
    pub attempts: Option<Attempts>,
    /// What is read before anything else.
    pub first: Option<Note>,
    /// Script, checklist, words to avoid.
    pub notes: Vec<Note>,
    /// Whether it is kept from the reader.
    pub withheld: bool,
    /// What can be done.
    pub deed: Deed,
}

/// The page's model.
#[derive(Debug, Clone, Default)]
pub struct After {
    /// Which list.
    pub list: List,
    /// Whose, as addresses name it.
    pub of: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// Where this page started; none for the first.
    pub cursor: Option<String>,
    /// What was done just now.
    pub done: Option<String>,
    /// What was refused just now.
    pub problem: Option<Problem>,
}

impl After {
    fn of(&self, of: &str) -> String {
        format!("{ADDRESS}?list={}&of={of}", self.list.as_str())
    }
    /// The address of this very page.
    #[must_use]
    pub fn address(&self) -> String {
        let cursor = self.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        format!("{}{cursor}", self.of(&self.of))
    }
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &After) -> Markup {
    html! {
        div.page-header.mb-3 { h1.page-title { (locale.say(words::TITLE)) } }
        @if let Some(done) = &model.done { div.alert.alert-success role="status" { (done) } }
        @if let Some(problem) = &model.problem { (refusal::alert(locale, problem)) }
        (tabs(locale, Some(model.list)))
        div.after-head {
            p.text-secondary.mb-0 { (locale.say(model.list.hint())) }
            ul.picks aria-label=(locale.say(words::WHOSE)) {
                @for (of, word) in OF {
                    // What a clock asks for waits in no queue.
                    @if model.list != List::Progress || of != "queue" {
                        li { a.btn.btn-sm.active[of == model.of] href=(model.of(of)) aria-current=[(of == model.of).then_some("page")] { (locale.say(word)) } }
                    }
                }
            }
        }
        div #after hx-get=(model.address()) hx-trigger=(if model.list == List::Progress { LATELY } else { CHANGED }) hx-select="#after" hx-target="this" hx-swap="outerMorph" hx-headers=r#"{"Redress-Live":"1"}"# {
            @if model.lines.is_empty() { div.empty { p.empty-title { (locale.say(words::NOTHING)) } } } @else {
                ul.after-lines { @for line in &model.lines { (row(locale, csrf, model, line)) } }
            }
            div.turning {
                @if model.cursor.is_some() { a.btn href=(model.of(&model.of)) { (locale.say(shell::FIRST_PAGE)) } }
                @if let Some(next) = &model.next { a.btn href={ (model.of(&model.of)) "&cursor=" (next) } { (locale.say(shell::NEXT_PAGE)) } }
            }
        }
    }
}

/// The lists, and what customers answered; none of the lists is here on the page of answers.
fn tabs(locale: &Locale, here: Option<List>) -> Markup {
    html! {
        ul.nav.nav-tabs aria-label=(locale.say(words::LISTS)) {
            @for list in List::ALL {
                li.nav-item {
                    a.nav-link.active[here == Some(list)] href={ (ADDRESS) "?list=" (list.as_str()) }
                        aria-current=[(here == Some(list)).then_some("page")] { (locale.say(list.word())) }
                }
            }
            li.nav-item {
                a.nav-link.active[here.is_none()] href=(satisfaction::ADDRESS)
                    aria-current=[here.is_none().then_some("page")] { (locale.say(words::SATISFACTION)) }
            }
        }
    }
}

fn row(locale: &Locale, csrf: &str, model: &After, line: &Line) -> Markup {
    let case = format!("/console/cases/{}", line.complaint);
    html! {
        li.card.after-line #(line.id) {
            div.after-due { (due(locale, line.due)) }
            div.after-what {
                div {
                    a.number href=(case) { (line.number) } " "
                    strong { (line.label) }
                    @if line.level > 1 { " " span.badge.bg-orange-lt { (locale.fill(words::LEVEL, &[("n", &line.level.to_string())])) } }
                }
                @if let Some(about) = &line.about { div.text-secondary.small { (about) } }
                (customer(locale, &line.customer))
                (tried(locale, line))
            }
            div.after-deed { (deed(locale, csrf, model, line, &case)) }
            @if line.withheld { p.after-notes.text-secondary.mb-0 { (locale.say(words::WITHHELD)) } } @else { (notes(locale, line)) }
        }
    }
}

fn customer(locale: &Locale, customer: &Customer) -> Markup {
    let nothing = customer.name.is_none() && customer.phone.is_none() && customer.email.is_none();
    html! {
        div.after-customer {
            @if nothing { span.text-secondary { (locale.say(words::NO_CONTACT)) } }
            @if let Some(name) = &customer.name { strong { (name) } }
            @if let Some(phone) = &customer.phone {
                @if customer.masked { span.number { (phone) } } @else { a.number href={ "tel:" (phone) } { (phone) } }
            }
            @if let (None, Some(email)) = (&customer.phone, &customer.email) { span { (email) } }
            @if customer.masked { span.text-secondary.small { (locale.say(words::MASKED)) } }
            @if let Some(channel) = &customer.channel { span.text-secondary.small { (locale.fill(words::CAME_BY, &[("channel", channel)])) } }
            @if let Some(likes) = &customer.likes { span.text-secondary.small { (locale.fill(words::LIKES, &[("channel", likes)])) } }
        }
    }
}

/// What was tried, and when the customer wants to be called.
fn tried(locale: &Locale, line: &Line) -> Markup {
    let counted = |attempts: &Attempts| {
        let n = attempts.made.to_string();
        match attempts.last {
            Some(last) => locale.fill(words::TRIED, &[("n", &n), ("time", &locale.near(last))]),
            None => locale.say(words::NEVER_TRIED).to_owned(),
        }
    };
    html! {
        div.text-secondary.small.after-tried {
            @if let Some(agreed) = line.agreed { strong { (locale.fill(words::AGREED, &[("time", &locale.near(agreed))])) } }
            @if let Some(since) = line.since { span { (locale.fill(words::LAST_REACHED, &[("time", &locale.near(since))])) } }
            @if let Some(attempts) = &line.attempts {
                span { (counted(attempts)) }
                @if let Some(min) = attempts.min.filter(|min| *min > 1 || attempts.reached > 0) {
                    span { (locale.fill(words::REACHED_OF, &[("n", &attempts.reached.to_string()), ("min", &min.to_string())])) }
                }
                @if let Some(max) = attempts.max { span { (locale.fill(words::AT_MOST, &[("max", &max.to_string())])) } }
            }
            @if let Some(holder) = &line.holder { span { (locale.say(work::HOLDER)) " " (holder) } }
        }
    }
}

/// What is read first is in sight; the rest is one click away.
fn notes(locale: &Locale, line: &Line) -> Markup {
    html! {
        @if line.first.is_some() || !line.notes.is_empty() {
            div.after-notes {
                @if let Some(first) = &line.first {
                    div.alert.alert-warning.mb-2 {
                        div {
                            strong { (locale.say(words::READ_FIRST)) }
                            ul.notes { @for note in first.plain() { li { (note.get(locale.language)) } } }
                        }
                    }
                }
                @if !line.notes.is_empty() {
                    details {
                        summary { (locale.say(words::SCRIPT)) }
                        @for note in &line.notes { (beside(locale, note)) }
                    }
                }
            }
        }
    }
}

fn deed(locale: &Locale, csrf: &str, model: &After, line: &Line, case: &str) -> Markup {
    html! {
        @match &line.deed {
            Deed::Do(address) => a.btn.btn-primary.thumb href=(address) { (locale.say(model.list.deed())) },
            Deed::Claim(work, key) => {
                @let address = format!("/console/work/{work}/claim");
                form method="post" action=(address) {
                    (carried(csrf, Some(key)))
                    input type="hidden" name="complaint" value=(line.complaint);
                    input type="hidden" name="number" value=(line.number);
                    input type="hidden" name="back" value=(model.of("mine"));
                    button.btn.btn-primary.thumb type="submit" { (locale.say(work::CLAIM)) }
                }
            },
            Deed::Read => a.btn.thumb href=(case) { (locale.say(work::OPEN)) },
        }
    }
}
