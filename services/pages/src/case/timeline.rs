//! One timeline of everything that was said and done. What is of use only to whoever maintains the system is folded away.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::words::case as words;

/// Something that was said or done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
    /// More of it: what was written, in their words.
    pub text: Option<String>,
    /// Who.
    pub by: Option<String>,
    /// Whether it is of use only to whoever maintains the system.
    pub technical: bool,
}

/// The section.
#[must_use]
pub fn view(locale: &Locale, entries: &[Entry]) -> Markup {
    let shown = |technical: bool| entries.iter().filter(move |entry| entry.technical == technical);
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h4 { (locale.say(words::TIMELINE)) }
                ol.timeline-plain { @for entry in shown(false) { (one(locale, entry)) } }
                @if shown(true).next().is_some() {
                    details.small #technical {
                        summary { (locale.say(words::TIMELINE_ALL)) }
                        ol.timeline-plain { @for entry in shown(true) { (one(locale, entry)) } }
                    }
                }
            }
        }
    }
}

/// One line of it.
pub(super) fn one(locale: &Locale, entry: &Entry) -> Markup {
    html! {
        li {
            time.text-secondary datetime=(locale.machine(entry.at)) title=(locale.time(entry.at)) { (locale.near(entry.at)) }
            div {
                (entry.what)
                @if let Some(by) = &entry.by { span.text-secondary { " · " (by) } }
                @if let Some(text) = &entry.text { blockquote.said { (text) } }
            }
        }
    }
}
