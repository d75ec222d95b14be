//! The inbox of whoever decides: what waits for them, what runs out first before the others; and one matter on one
//! screen ([`sheet`]).

pub mod authority;
pub mod precedents;
pub mod sheet;

use contracts::{Fen, Problem};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::carried;
use crate::refusal;
use crate::shell::CHANGED;
use crate::words::{approvals as words, shell, tasks, work};
use crate::work::due;

/// Where the inbox is.
pub const ADDRESS: &str = "/console/approvals";

/// The inbox.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    /// What waits, most urgent first.
    pub items: Vec<Item>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// Where this page started; none for the first.
    pub cursor: Option<String>,
    /// The key under which several are decided once.
    pub key: String,
    /// What was done just now.
    pub done: Option<String>,
    /// What could not be done of several.
    pub left: Option<String>,
    /// What was refused just now.
    pub problem: Option<Problem>,
}

/// One matter that waits.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// The piece of work.
    pub work: String,
    /// The complaint.
    pub complaint: String,
    /// Its number.
    pub number: String,
    /// What is asked for.
    pub task: String,
    /// What it is about.
    pub about: Option<String>,
    /// The proposal's sum; none where nothing is proposed.
    pub amount: Option<Fen>,
    /// Its remedies.
    pub remedies: Vec<String>,
    /// Who is liable.
    pub liable: Option<String>,
    /// For whom the reader stands in.
    pub instead_of: Option<String>,
    /// When it runs out.
    pub due: Option<Timestamp>,
    /// The level of the case.
    pub level: u32,
    /// The order that approves it, as its form says it; only where it may be approved with others at once.
    pub approves: Option<String>,
}

impl Item {
    /// The address of its sheet.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{ADDRESS}/{}/{}", self.complaint, self.work)
    }
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, inbox: &Inbox) -> Markup {
    let again = inbox.cursor.as_ref().map(|cursor| format!("?cursor={cursor}")).unwrap_or_default();
    html! {
        div.page-header.mb-3 { h1.page-title { (locale.say(words::TITLE)) } }
        @if let Some(done) = &inbox.done { div.alert.alert-success role="status" { (done) } }
        @if let Some(left) = &inbox.left { div.alert.alert-warning role="alert" { (left) } }
        @if let Some(problem) = &inbox.problem { (refusal::alert(locale, problem)) }
        div #inbox hx-get={ (ADDRESS) (again) } hx-trigger=(CHANGED) hx-select="#inbox" hx-target="this" hx-swap="outerMorph" hx-headers=r#"{"Redress-Live":"1"}"# {
            @if inbox.items.is_empty() {
                div.empty {
                    p.empty-title { (locale.say(words::NONE)) }
                    p.empty-subtitle.text-secondary { (locale.say(words::NONE_HINT)) }
                }
            } @else { (list(locale, csrf, inbox)) }
            div.turning {
                @if inbox.cursor.is_some() { a.btn href=(ADDRESS) { (locale.say(shell::FIRST_PAGE)) } }
                @if let Some(next) = &inbox.next { a.btn href={ (ADDRESS) "?cursor=" (next) } { (locale.say(shell::NEXT_PAGE)) } }
            }
        }
    }
}

fn list(locale: &Locale, csrf: &str, inbox: &Inbox) -> Markup {
    let several = inbox.items.iter().any(|item| item.approves.is_some());
    let cards = html! { ul.decisions { @for item in &inbox.items { li { (card(locale, item)) } } } };
    html! {
        @if several {
            form.once method="post" action={ (ADDRESS) "/several" } {
                (carried(csrf, Some(&inbox.key)))
                p.text-secondary { (locale.say(words::SEVERAL_HINT)) }
                (cards)
                button.btn.btn-primary.thumb type="submit" { (locale.say(words::SEVERAL)) }
            }
        } @else { (cards) }
    }
}

fn card(locale: &Locale, item: &Item) -> Markup {
    html! {
        article.card {
            div.card-body.decision {
                @if let Some(approves) = &item.approves {
                    input type="hidden" name={ "order/" (item.work) } value=(approves);
                    input.form-check-input type="checkbox" name={ "chosen/" (item.complaint) "/" (item.work) } value=(item.number)
                        aria-label=(locale.fill(words::CHOOSE, &[("number", &item.number)]));
                }
                div.decision-what {
                    h2.h4.mb-1 { a href=(item.address()) { (item.task) " · " span.number { (item.number) } } }
                    p.mb-1 {
                        @if let Some(about) = &item.about { (about) " " }
                        @if item.level > 1 { span.badge.bg-orange-lt { (locale.fill(work::LEVEL, &[("n", &item.level.to_string())])) } }
                    }
                    @if let Some(liable) = &item.liable { p.mb-0.text-secondary { @if !item.remedies.is_empty() { (item.remedies.join(" · ")) " · " } (locale.say(tasks::LIABLE)) " " (liable) } }
                    @if let Some(absent) = &item.instead_of { p.mb-0.text-secondary.small { (locale.fill(work::INSTEAD_OF, &[("name", absent)])) } }
                }
                div.decision-sum {
                    @match item.amount {
                        Some(amount) => span.sum { (locale.money(amount)) },
                        None => span.text-secondary { (locale.say(words::NO_PROPOSAL)) },
                    }
                    (due(locale, item.due))
                }
                a.btn.btn-primary.thumb href=(item.address()) { (locale.say(words::OPEN_SHEET)) }
            }
        }
    }
}
