//! What is known of who calls, and words to avoid in what is being typed: fetched again while somebody types.

use contracts::queries::intake::Earlier;
use maud::{Markup, html};

use super::register::LOOK;
use crate::Locale;
use crate::wording::{Avoid, warnings};
use crate::words::{desk as words, stages};

/// What is known of who calls.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Whether anything was asked for: a number, an address, an order.
    pub asked: bool,
    /// Their name, as they gave it before and as the reader may see it.
    pub name: Option<String>,
    /// Their earlier complaints, newest first.
    pub earlier: Vec<Known>,
    /// Whether there are more.
    pub more: bool,
    /// Whether the reader may open every case.
    pub may_open: bool,
    /// The number of the one that this would repeat.
    pub repeats: Option<String>,
    /// Words to avoid in what was typed.
    pub warnings: Vec<Avoid>,
}

/// An earlier complaint.
#[derive(Debug, Clone)]
pub struct Known {
    /// As intake has it.
    pub earlier: Earlier,
    /// What it is about, in the reader's language.
    pub about: Option<String>,
}

/// The section, which fetches itself while somebody types in the form around it. It is announced as it changes.
#[must_use]
pub fn section(locale: &Locale, caller: &Caller) -> Markup {
    html! {
        section #caller .desk-caller aria-live="polite" hx-post=(LOOK) hx-trigger="input delay:350ms from:#register, change from:#register" hx-target="this" hx-select="#caller" hx-swap="outerMorph" hx-sync="this:replace" {
            (warnings(locale, &caller.warnings))
            (alike(locale, caller))
            @if caller.earlier.is_empty() {
                p.text-secondary { (locale.say(if caller.asked { words::NOTHING_EARLIER } else { words::EARLIER_HINT })) }
            } @else {
                (earlier(locale, caller))
            }
        }
    }
}

/// A duplicate, before it is made.
fn alike(locale: &Locale, caller: &Caller) -> Markup {
    let open = caller.earlier.iter().find(|one| one.earlier.alike);
    html! {
        @if let Some(number) = &caller.repeats {
            div.alert.alert-warning { div { strong { (locale.fill(words::WOULD_REPEAT, &[("number", number)])) } } }
        }
        @if let Some(open) = open {
            div.alert.alert-warning {
                div {
                    strong { (locale.fill(words::MAY_BE_THE_SAME, &[("number", &open.earlier.listed.number)])) }
                    div { (locale.say(words::MAY_BE_THE_SAME_HINT)) }
                }
            }
        }
    }
}

fn earlier(locale: &Locale, caller: &Caller) -> Markup {
    html! {
        h2.h4 {
            @match &caller.name { Some(name) => (locale.fill(words::EARLIER_OF, &[("name", name)])), None => (locale.say(words::EARLIER)) }
        }
        ul.earlier {
            @for one in &caller.earlier {
                @let listed = &one.earlier.listed;
                li {
                    @if caller.may_open {
                        // In a window of its own: what was typed stays where it is.
                        a.number href={ "/console/cases/" (listed.complaint) } target="_blank" rel="noopener" {
                            (listed.number) span.visually-hidden { " " (locale.say(words::NEW_WINDOW)) }
                        }
                    } @else { span.number { (listed.number) } }
                    @if let Some(about) = &one.about { " · " (about) }
                    " · " (state(locale, &one.earlier))
                    " · " time.text-secondary datetime=(locale.machine(listed.received_at)) { (locale.near(listed.received_at)) }
                }
            }
        }
        @if caller.more { p.text-secondary { (locale.say(words::MORE_EARLIER)) } }
    }
}

fn state(locale: &Locale, earlier: &Earlier) -> &'static str {
    let word = match &earlier.progress {
        None => stages::RECEIVED,
        Some(progress) if progress.closed => stages::CLOSED,
        Some(progress) => stages::plainly(progress.kind).0,
    };
    word.get(locale.language)
}
