//! Work lists: what I hold, what waits to be claimed, what my department has; what runs out first stands first.

use contracts::Problem;
use contracts::queries::routing::{WorkItem, WorkLane};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::carried;
use crate::refusal;
use crate::shell::CHANGED;
use crate::words::{Word, shell, work as words};

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum List {
    /// What I hold.
    #[default]
    Mine,
    /// What waits in my department's queue.
    Queue,
    /// All of my department.
    Department,
}

impl List {
    /// Every list, in the order of the tabs.
    pub const ALL: [Self; 3] = [Self::Mine, Self::Queue, Self::Department];
    /// As addresses and the API name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Queue => "queue",
            Self::Department => "department",
        }
    }
    /// Read back.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.as_str() == text)
    }
    const fn word(self) -> Word {
        match self {
            Self::Mine => words::MINE,
            Self::Queue => words::QUEUE,
            Self::Department => words::DEPARTMENT,
        }
    }
    const fn empty(self) -> Word {
        match self {
            Self::Mine => words::NONE_MINE,
            Self::Queue => words::NONE_QUEUE,
            Self::Department => words::NONE_DEPARTMENT,
        }
    }
}

/// A line of a list: the item as routing tells it, with the names that people know.
#[derive(Debug, Clone)]
pub struct Line {
    /// The item.
    pub item: WorkItem,
    /// What has to be done.
    pub task: String,
    /// What it is about.
    pub about: Option<String>,
    /// The name of who holds it.
    pub holder: Option<String>,
    /// The name of whom they stand in for.
    pub instead_of: Option<String>,
    /// Whether the reader holds it.
    pub mine: bool,
    /// The key under which it is claimed once.
    pub key: String,
}

/// A page of a list.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// Which.
    pub list: List,
    /// The lines, most urgent first.
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

impl Work {
    /// The address of this very page.
    #[must_use]
    pub fn address(&self) -> String {
        let cursor = self.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        format!("/console/work?of={}{cursor}", self.list.as_str())
    }
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &Work) -> Markup {
    html! {
        div.page-header.mb-3 { h1.page-title { (locale.say(shell::MY_WORK)) } }
        @if let Some(done) = &model.done { div.alert.alert-success role="status" { (done) } }
        @if let Some(problem) = &model.problem { (refusal::alert(locale, problem)) }
        ul.nav.nav-tabs aria-label=(locale.say(words::LISTS)) {
            @for list in List::ALL {
                li.nav-item {
                    a.nav-link.active[list == model.list] href={ "/console/work?of=" (list.as_str()) }
                        aria-current=[(list == model.list).then_some("page")] { (locale.say(list.word())) }
                }
            }
        }
        div #work hx-get=(model.address()) hx-trigger=(CHANGED) hx-select="#work" hx-target="this" hx-swap="outerMorph" hx-headers=r#"{"Redress-Live":"1"}"# {
            @if model.lines.is_empty() { (nothing(locale, model.list)) } @else { (table(locale, csrf, model)) }
            (turning(locale, model))
        }
    }
}

fn nothing(locale: &Locale, list: List) -> Markup {
    html! {
        div.empty {
            p.empty-title { (locale.say(list.empty())) }
            @if list == List::Mine { p.empty-subtitle.text-secondary { (locale.say(words::NONE_MINE_HINT)) } }
        }
    }
}

fn turning(locale: &Locale, model: &Work) -> Markup {
    html! {
        div.turning {
            @if model.cursor.is_some() { a.btn href={ "/console/work?of=" (model.list.as_str()) } { (locale.say(shell::FIRST_PAGE)) } }
            @if let Some(next) = &model.next { a.btn href={ "/console/work?of=" (model.list.as_str()) "&cursor=" (next) } { (locale.say(shell::NEXT_PAGE)) } }
        }
    }
}

fn table(locale: &Locale, csrf: &str, model: &Work) -> Markup {
    html! {
        div.table-responsive {
            table.table.table-vcenter.card-table.work-table {
                thead {
                    tr {
                        th scope="col" { (locale.say(words::DUE)) }
                        th scope="col" { (locale.say(words::NUMBER)) }
                        th scope="col" { (locale.say(words::TASK)) }
                        th scope="col" { (locale.say(words::ABOUT)) }
                        @if model.list != List::Mine { th scope="col" { (locale.say(words::HOLDER)) } }
                        th scope="col" { span.visually-hidden { (locale.say(words::OPEN)) } }
                    }
                }
                tbody { @for line in &model.lines { (row(locale, csrf, model, line)) } }
            }
        }
    }
}

fn row(locale: &Locale, csrf: &str, model: &Work, line: &Line) -> Markup {
    let item = &line.item;
    let address = format!("/console/cases/{}", item.complaint);
    html! {
        tr #{ "w" (item.work) } {
            td data-label=(locale.say(words::DUE)) { (due(locale, item.due)) }
            td data-label=(locale.say(words::NUMBER)) { a.number href=(address) { (item.number) } }
            td data-label=(locale.say(words::TASK)) {
                div { (line.task) }
                div.text-secondary.small { (locale.label(&item.label)) }
            }
            td data-label=(locale.say(words::ABOUT)) { (about(locale, line)) }
            @if model.list != List::Mine { td data-label=(locale.say(words::HOLDER)) { (holder(locale, line)) } }
            td.deeds { (deeds(locale, csrf, model, line, &address)) }
        }
    }
}

fn about(locale: &Locale, line: &Line) -> Markup {
    let item = &line.item;
    html! {
        @if let Some(about) = &line.about { span { (about) } " " }
        @if item.level > 1 { span.badge.bg-orange-lt { (locale.fill(words::LEVEL, &[("n", &item.level.to_string())])) } " " }
        @if item.lane == WorkLane::Complex { span.badge.bg-purple-lt { (locale.say(words::COMPLEX)) } " " }
        @if !item.lacks.is_empty() { div.text-secondary.small { (locale.fill(words::LACKS, &[("skills", &item.lacks.join(", "))])) } }
    }
}

fn holder(locale: &Locale, line: &Line) -> Markup {
    let queued = line.item.queued.as_deref().map(|why| match why {
        "handed_back" => words::HANDED_BACK_BEFORE,
        _ => words::NOBODY_AVAILABLE,
    });
    html! {
        @match &line.holder {
            Some(name) => {
                (name)
                @if let Some(absent) = &line.instead_of { div.text-secondary.small { (locale.fill(words::INSTEAD_OF, &[("name", absent)])) } }
            },
            None => {
                (locale.say(words::IN_QUEUE))
                @if let Some(why) = queued { div.text-secondary.small { (locale.say(why)) } }
            },
        }
    }
}

/// When it is due, and how long that is: red when it is over, amber within the day. Words say it too.
#[must_use]
pub fn due(locale: &Locale, due: Option<Timestamp>) -> Markup {
    let Some(due) = due else {
        return html! { span.text-secondary { (locale.say(shell::NO_LIMIT)) } };
    };
    let left = (due - locale.now).get_seconds();
    let class = match left {
        ..0 => "due over",
        0..86_400 => "due soon",
        _ => "due",
    };
    html! {
        time class=(class) datetime=(locale.machine(due)) {
            span.left { (locale.left(due)) }
            span.text-secondary.small { (locale.near(due)) }
        }
    }
}

fn deeds(locale: &Locale, csrf: &str, model: &Work, line: &Line, address: &str) -> Markup {
    let item = &line.item;
    let deed = |name: &str| format!("/console/work/{}/{name}", item.work);
    let hidden = html! {
        (carried(csrf, Some(&line.key)))
        input type="hidden" name="complaint" value=(item.complaint);
        input type="hidden" name="number" value=(item.number);
        input type="hidden" name="back" value=(model.address());
    };
    html! {
        @if line.mine {
            a.btn.btn-sm.btn-primary href={ (address) "/do/" (item.work) } { (locale.say(words::WORK_ON_IT)) }
            details.menu.inline {
                summary.btn.btn-sm { (locale.say(words::HAND_BACK)) }
                form.menu-list method="post" action=(deed("hand-back")) hx-post=(deed("hand-back")) hx-target="#content" hx-select="#content" hx-swap="outerHTML" {
                    (hidden)
                    label.form-label for={ "why-" (item.work) } { (locale.say(words::HAND_BACK_WHY)) }
                    textarea.form-control.mb-2 id={ "why-" (item.work) } name="/reason" rows="2" required {}
                    button.btn.btn-sm.btn-warning type="submit" { (locale.say(words::HAND_BACK)) }
                }
            }
        } @else if line.holder.is_none() {
            form method="post" action=(deed("claim")) hx-post=(deed("claim")) hx-target="#content" hx-select="#content" hx-swap="outerHTML" {
                (hidden)
                button.btn.btn-sm.btn-primary type="submit" { (locale.say(words::CLAIM)) }
            }
        } @else {
            a.btn.btn-sm href=(address) { (locale.say(words::OPEN)) }
        }
    }
}
