//! Words to avoid in what is being typed, with what is better: marked where they stand, never refused.

use maud::{Markup, html};

use crate::Locale;
use crate::words::desk as words;

/// Words to avoid, as they stand in what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avoid {
    /// What stands before them.
    pub before: String,
    /// The words.
    pub words: String,
    /// What stands after them.
    pub after: String,
    /// What is better said.
    pub better: Option<String>,
}

/// Each of them.
#[must_use]
pub fn warnings(locale: &Locale, all: &[Avoid]) -> Markup {
    html! { @for avoid in all { (warning(locale, avoid)) } }
}

fn warning(locale: &Locale, avoid: &Avoid) -> Markup {
    html! {
        div.alert.alert-warning.avoid-words {
            div {
                strong { (locale.say(words::AVOID)) } " "
                q { (avoid.before) mark { (avoid.words) } (avoid.after) }
                @if let Some(better) = &avoid.better { div { (locale.say(words::BETTER)) " " q { (better) } } }
            }
        }
    }
}
