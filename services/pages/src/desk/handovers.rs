//! The shift-handover log (R-052): what is unfinished is written down for the next shift, which takes note of it.

use contracts::Problem;
use contracts::queries::routing::HandoverShown;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Typed, carried};
use crate::refusal;
use crate::shell::CHANGED;
use crate::words::{desk as words, shell};

/// Where the log is.
pub const ADDRESS: &str = "/console/handovers";

/// A piece of work that may be handed over.
#[derive(Debug, Clone)]
pub struct Unfinished {
    /// The work, and the complaint that it belongs to.
    pub work: String,
    /// The complaint.
    pub complaint: String,
    /// Its number.
    pub number: String,
    /// What has to be done.
    pub task: String,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// Whether the reader holds it; else it waits in the queue.
    pub mine: bool,
}

/// An entry of the log with the names that people know.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The entry.
    pub shown: HandoverShown,
    /// Who wrote it.
    pub by: String,
    /// The department.
    pub department: String,
    /// What each item has to be done.
    pub tasks: Vec<String>,
    /// Who took note.
    pub acknowledged_by: Option<String>,
    /// Whether the reader may take note: it is for their department, and not their own.
    pub may_note: bool,
    /// The key under which the reader takes note of it once.
    pub key: String,
}

/// The page.
#[derive(Debug, Clone, Default)]
pub struct Handovers {
    /// What the reader may hand over.
    pub unfinished: Vec<Unfinished>,
    /// The log, newest first.
    pub entries: Vec<Entry>,
    /// Where the next page starts.
    pub next: Option<String>,
    /// Where this page started.
    pub cursor: Option<String>,
    /// What was typed.
    pub typed: Typed,
    /// What was done just now.
    pub done: Option<String>,
    /// What was refused just now.
    pub problem: Option<Problem>,
    /// The key under which it is written down once.
    pub key: String,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &Handovers) -> Markup {
    let address = model
        .cursor
        .as_ref()
        .map_or_else(|| ADDRESS.to_owned(), |cursor| format!("{ADDRESS}?cursor={cursor}"));
    html! {
        div.page-header.mb-3 { h1.page-title { (locale.say(words::HANDOVERS)) } }
        @if let Some(done) = &model.done { div.alert.alert-success role="status" { (done) } }
        @if let Some(problem) = &model.problem { (refusal::alert(locale, problem)) }
        div.row.row-cards {
            div.col-lg-5 { @if model.cursor.is_none() { (writing(locale, csrf, model)) } }
            div.col-lg-7 {
                div #log hx-get=(address) hx-trigger=(CHANGED) hx-select="#log" hx-target="this" hx-swap="outerMorph" hx-headers=r#"{"Redress-Live":"1"}"# {
                    @if model.entries.is_empty() { div.empty { p.empty-title { (locale.say(words::NO_HANDOVER)) } } }
                    @for entry in &model.entries { (one(locale, csrf, entry)) }
                    div.turning {
                        @if model.cursor.is_some() { a.btn href=(ADDRESS) { (locale.say(shell::FIRST_PAGE)) } }
                        @if let Some(next) = &model.next { a.btn href={ (ADDRESS) "?cursor=" (next) } { (locale.say(shell::NEXT_PAGE)) } }
                    }
                }
            }
        }
    }
}

fn writing(locale: &Locale, csrf: &str, model: &Handovers) -> Markup {
    let typed = |name: &str| model.typed.get(name).unwrap_or_default().to_owned();
    let anything = !model.typed.0.is_empty();
    html! {
        section.card {
            form.card-body.once method="post" action=(ADDRESS) {
                h2.h3 { (locale.say(words::HAND_OVER)) }
                (carried(csrf, Some(&model.key)))
                label.form-label for="handover-note" { (locale.say(words::HANDOVER_NOTE)) }
                textarea.form-control.mb-3 #handover-note name="/note" rows="3" { (typed("/note")) }
                @if model.unfinished.is_empty() { p.text-secondary { (locale.say(words::NOTHING_UNFINISHED)) } }
                @for one in &model.unfinished {
                    @let (item, note) = (format!("item/{}", one.work), format!("note/{}", one.work));
                    div.hand-over {
                        label.form-check {
                            input.form-check-input type="checkbox" name=(item) value=(one.complaint) checked[!anything || model.typed.get(&item).is_some()];
                            span.form-check-label {
                                span.number { (one.number) } " · " (one.task)
                                @if !one.mine { " " span.badge.bg-secondary-lt { (locale.say(words::IN_QUEUE)) } }
                                @if let Some(due) = one.due { " · " time.text-secondary datetime=(locale.machine(due)) { (locale.left(due)) } }
                            }
                        }
                        input.form-control.form-control-sm type="text" name=(note) value=(typed(&note)) maxlength="500" autocomplete="off"
                            placeholder=(locale.say(words::ITEM_NOTE)) aria-label={ (one.number) " " (locale.say(words::ITEM_NOTE)) };
                    }
                }
                button.btn.btn-primary.mt-2 type="submit" { (locale.say(words::HAND_OVER)) }
            }
        }
    }
}

fn one(locale: &Locale, csrf: &str, entry: &Entry) -> Markup {
    let shown = &entry.shown;
    html! {
        article.card.mb-3 #{ "h" (shown.handover) } {
            div.card-body {
                div.d-flex.justify-content-between.gap-2.flex-wrap {
                    h2.h4.mb-1 { (entry.by) " · " (entry.department) }
                    time.text-secondary datetime=(locale.machine(shown.at)) { (locale.near(shown.at)) }
                }
                @if let Some(note) = &shown.note { blockquote.said { (note) } }
                @if !shown.items.is_empty() {
                    ul.earlier {
                        @for (item, task) in shown.items.iter().zip(&entry.tasks) {
                            li {
                                a.number href={ "/console/cases/" (item.complaint) } { (item.number) } " · " (task)
                                @if let Some(note) = &item.note { ": " (note) }
                            }
                        }
                    }
                }
                @match (&entry.acknowledged_by, shown.acknowledged_at) {
                    (Some(name), Some(at)) => p.text-secondary.mb-0 { (locale.fill(words::NOTED_BY, &[("name", name), ("time", &locale.near(at))])) },
                    _ if !entry.may_note => p.text-secondary.mb-0 { (locale.say(words::NOT_NOTED_YET)) },
                    _ => form.once method="post" action={ (ADDRESS) "/" (shown.handover) } {
                        (carried(csrf, Some(&entry.key)))
                        button.btn.btn-sm type="submit" { (locale.say(words::TAKE_NOTE)) }
                    },
                }
            }
        }
    }
}
