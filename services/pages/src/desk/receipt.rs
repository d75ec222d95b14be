//! It is on record: the number, the code, and what the customer is told now.

use contracts::queries::intake::ToTell;
use maud::{Markup, html};

use super::register::ADDRESS;
use crate::Locale;
use crate::words::desk as words;

/// A complaint that was taken in.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Its page.
    pub case: String,
    /// What to tell.
    pub told: ToTell,
    /// The code, where the reader may know it.
    pub code: Option<String>,
    /// The name of who took it in, and how customers reach them.
    pub acceptor: Option<(String, Option<String>)>,
    /// The number of the complaint that it repeats.
    pub repeats: Option<String>,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, model: &Receipt) -> Markup {
    let told = &model.told;
    html! {
        div.container-narrow {
            div.card.card-md {
                div.card-body {
                    h1.h2 { (locale.say(if told.settled { words::SETTLED } else { words::ON_RECORD })) }
                    @if let Some(number) = &model.repeats { div.alert.alert-warning { (locale.fill(words::REPEATS, &[("number", number)])) } }
                    h2.h3 { (locale.say(words::TELL_NOW)) }
                    dl.receipt {
                        dt { (locale.say(words::NUMBER)) }
                        dd.big { (told.number) }
                        @if let Some(code) = &model.code { dt { (locale.say(words::CODE)) } dd.big { (code) } }
                        @if let Some((name, reach)) = &model.acceptor {
                            dt { (locale.say(words::TAKEN_BY)) }
                            dd { (name) @if let Some(reach) = reach { " · " (reach) } }
                        }
                        @if !told.flow.is_empty() {
                            dt { (locale.say(words::FLOW)) }
                            dd { (flow(locale, told)) }
                        }
                    }
                    div.btn-list {
                        a.btn.btn-primary href=(ADDRESS) autofocus { (locale.say(words::NEXT_ONE)) }
                        a.btn href=(model.case) { (locale.say(words::TO_CASE)) }
                    }
                }
            }
        }
    }
}

/// The steps to come, each with its time where there is one.
fn flow(locale: &Locale, told: &ToTell) -> Markup {
    html! {
        ol.flow {
            @for step in &told.flow {
                li {
                    (locale.label(step))
                    @for time in told.times.iter().filter(|time| time.step == *step) { " " span.badge.bg-blue-lt { (locale.label(&time.limit)) } }
                }
            }
        }
    }
}
