//! A playbook as text: checked as one types, also by a button, and published as a new version. And what a version would
//! do to the cases that are open.

use contracts::Problem;
use contracts::queries::notification::MessageShown;
use contracts::queries::routing::{PlaybookChecked, PlaybookMistake, PreviewCase, PreviewPage, PreviewTurn};
use contracts::scenarios::ScenarioRun;
use maud::{Markup, html};

use super::{channels, scenarios};
use crate::Locale;
use crate::forms::{Control, Field, Typed, carried, field};
use crate::words::{channels as channel_words, playbooks as words, shell};

/// A text that is written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The playbook.
    pub id: String,
    /// The text.
    pub text: String,
    /// What the check said of it.
    pub checked: Option<PlaybookChecked>,
    /// How its messages read, once it was checked.
    pub messages: Option<Vec<MessageShown>>,
    /// The scenarios beside it.
    pub scenarios: String,
    /// What came of them.
    pub run: Option<ScenarioRun>,
    /// The key under which it is published once.
    pub key: String,
}

/// The page where it is written.
#[must_use]
pub fn edit(locale: &Locale, csrf: &str, draft: &Draft) -> Markup {
    let base = format!("/console/admin/playbooks/{}", draft.id);
    let check = format!("{base}/check");
    html! {
        p.text-secondary { (locale.say(words::EDIT_HINT)) }
        form method="post" action={ (base) "/publish" } {
            (carried(csrf, Some(&draft.key)))
            div.row.row-cards {
                div.col-lg-8 {
                    label.form-label for="text" { (locale.say(words::THE_TEXT)) }
                    textarea.form-control.playbook-text #text name="text" rows="32" spellcheck="false" wrap="off" autocomplete="off"
                        hx-post=(check) hx-trigger="input changed delay:700ms" hx-target="#findings" hx-select="#findings" hx-select-oob="#messages" hx-swap="outerHTML" { (draft.text) }
                    (scenarios::fields(locale, draft))
                    div.btn-list.mt-3 {
                        button.btn type="submit" formaction=(check) { (locale.say(words::CHECK)) }
                        button.btn.btn-primary type="submit" { (locale.say(words::PUBLISH)) }
                        a.btn href=(base) { (locale.say(shell::CANCEL)) }
                    }
                }
                div.col-lg-4 {
                    (findings(locale, draft))
                    (scenarios::outcome(locale, draft.run.as_ref()))
                    (channels::written(locale, draft.messages.as_deref()))
                }
            }
        }
    }
}

fn findings(locale: &Locale, draft: &Draft) -> Markup {
    let broken = channels::broken(draft.messages.as_deref().unwrap_or_default());
    html! {
        section.card #findings role="status" aria-live="polite" {
            div.card-body {
                h2.h3 { (locale.say(words::FINDINGS)) }
                @match &draft.checked {
                    None => p.text-secondary.mb-0 { (locale.say(words::NOT_CHECKED)) },
                    Some(checked) if checked.mistakes.is_empty() => p.well.mb-0 { (locale.say(words::NO_MISTAKE)) },
                    Some(checked) => {
                        p { (locale.fill(words::MISTAKES, &[("n", &checked.mistakes.len().to_string())])) }
                        (mistakes(locale, &checked.mistakes))
                    }
                }
                @if broken > 0 { p.refused.mt-2.mb-0 { (locale.fill(channel_words::SOME_CANNOT, &[("n", &broken.to_string())])) } }
            }
        }
    }
}

/// Mistakes of a text, each with its place.
pub(super) fn mistakes(locale: &Locale, found: &[PlaybookMistake]) -> Markup {
    html! {
        ol.mistakes {
            @for mistake in found {
                li {
                    strong { (locale.fill(words::LINE, &[("line", &mistake.line.to_string()), ("column", &mistake.column.to_string())])) }
                    div { (locale.label(&mistake.message)) }
                    @if !mistake.path.is_empty() { code.small.long { (mistake.path) } }
                }
            }
        }
    }
}

/// What a version would do.
#[derive(Debug, Clone)]
pub struct Effect {
    /// Under which address its pages stand, such as `/console/admin/playbooks/p03`.
    pub base: String,
    /// Where it leads back to.
    pub home: String,
    /// Which version.
    pub version: u32,
    /// What routing says.
    pub page: PreviewPage,
    /// Where the next page starts.
    pub next: Option<String>,
    /// What was typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// The key under which it is applied once.
    pub key: String,
}

/// The field of the reason.
#[must_use]
pub fn reason() -> Field {
    Field::new("/reason", words::APPLY_WHY, Control::Line).required()
}

/// The page that tells what a version would do to open cases, and applies it.
#[must_use]
pub fn effect(locale: &Locale, csrf: &str, effect: &Effect) -> Markup {
    html! {
        p { (locale.fill(words::VERSION_OF, &[("n", &effect.version.to_string())])) " · " a href=(effect.home) { (locale.say(crate::words::shell::BACK)) } }
        (counted(locale, effect))
        @if !effect.page.items.is_empty() {
            div.table-responsive {
                table.table.card-table.stacked {
                    thead { tr {
                        th scope="col" { (locale.say(words::CASE)) }
                        th scope="col" { (locale.say(words::MOVES)) }
                        th scope="col" { (locale.say(words::CANNOT)) }
                    } }
                    tbody { @for case in &effect.page.items { (moved(locale, case)) } }
                }
            }
        }
        div.turning {
            @if let Some(next) = &effect.next { a.btn href={ (effect.base) "/preview?version=" (effect.version) "&cursor=" (next) } { (locale.say(shell::NEXT_PAGE)) } }
        }
        section.card {
            div.card-body {
                h2.h3 { (locale.say(words::APPLY)) }
                p.text-secondary { (locale.say(words::APPLY_HINT)) }
                form.once method="post" action={ (effect.base) "/apply" } {
                    (carried(csrf, Some(&effect.key)))
                    input type="hidden" name="version" value=(effect.version);
                    (field(locale, &reason(), &effect.typed, effect.problem.as_ref()))
                    button.btn.btn-primary type="submit" { (locale.say(words::APPLY_NOW)) }
                }
            }
        }
    }
}

fn counted(locale: &Locale, effect: &Effect) -> Markup {
    let Some(counts) = effect.page.counts else { return html! {} };
    let said = [
        (words::LOOKED_AT, counts.looked_at),
        (words::CASES_MOVE, counts.cases),
        (words::CLOCKS_EARLIER, counts.earlier),
        (words::CLOCKS_LATER, counts.later),
        (words::CLOCKS_OVERDUE, counts.overdue),
        (words::CLOCKS_NO_LONGER, counts.no_longer_overdue),
        (words::CLOCKS_STOP, counts.stopped),
        (words::CASES_CANNOT, counts.cannot),
    ];
    html! {
        dl.glance { @for (word, count) in said { dt { (locale.say(word)) } dd { (count) } } }
        p.text-secondary.small {
            (locale.fill(crate::words::admin::AS_OF_TIME, &[("time", &locale.time(effect.page.as_of))]))
            @if !counts.whole { " " (locale.say(words::NOT_ALL)) }
        }
    }
}

fn moved(locale: &Locale, case: &PreviewCase) -> Markup {
    let time = |at: Option<jiff::Timestamp>| at.map_or_else(|| "–".to_owned(), |at| locale.near(at));
    html! {
        tr {
            td { a.number href={ "/console/cases/" (case.complaint) } { (case.number) } }
            td {
                ul.plain {
                    @for clock in &case.clocks {
                        li {
                            (locale.label(&clock.label)) ": " (time(clock.before)) " → " (time(clock.after))
                            @match clock.turn {
                                Some(PreviewTurn::Overdue) => { " " span.badge.bg-red-lt { (locale.say(words::TURNS_OVERDUE)) } },
                                Some(PreviewTurn::NoLongerOverdue) => { " " span.badge.bg-green-lt { (locale.say(words::TURNS_WELL)) } },
                                None => {},
                            }
                        }
                    }
                    @for stop in &case.stopped { li { (locale.label(&stop.label)) ": " (locale.say(words::STOPS)) } }
                }
            }
            td { @for why in &case.cannot { div { (locale.label(why)) } } }
        }
    }
}
