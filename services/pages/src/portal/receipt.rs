//! The receipt: number and code, to be kept.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::words::portal as words;

/// What the customer keeps.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Where the organisation's pages begin.
    pub base: String,
    /// The number.
    pub number: String,
    /// The code.
    pub code: String,
    /// When it was received.
    pub received_at: Timestamp,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, model: &Receipt) -> Markup {
    html! {
        div.container-narrow.portal {
            div.card.card-md {
                div.card-body {
                    h1.h2 { (locale.say(words::RECEIPT)) }
                    p { (locale.say(words::RECEIPT_TEXT)) }
                    dl.receipt {
                        dt { (locale.say(words::NUMBER)) }
                        dd.big { (model.number) }
                        dt { (locale.say(words::TRACKING_CODE)) }
                        dd.big { (model.code) }
                        dt { (locale.say(words::RECEIVED_AT)) }
                        dd { time datetime=(locale.machine(model.received_at)) { (locale.time(model.received_at)) } }
                    }
                    a.btn.btn-primary.w-100 href={ (model.base) "/complaint" } { (locale.say(words::SEE_PROGRESS)) }
                }
            }
        }
    }
}
