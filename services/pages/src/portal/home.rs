//! The first page: tell us, or see how far it is, and who answers by which channel.

use contracts::Problem;
use contracts::queries::intake::ChannelListed;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Control, Field, Typed, carried, fields};
use crate::refusal;
use crate::words::portal as words;

/// The first page.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// Where the organisation's pages begin, such as `/portal/huarun`.
    pub base: String,
    /// The channels.
    pub channels: Vec<ChannelListed>,
    /// Number and code, as typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// Whether number and code have to be typed again, as the browser does not keep them for long.
    pub ended: bool,
}

/// Number and code.
#[must_use]
pub fn track_fields() -> Vec<Field> {
    vec![
        Field::new("/number", words::NUMBER, Control::Line).required(),
        Field::new("/code", words::TRACKING_CODE, Control::Line).required(),
    ]
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &Home) -> Markup {
    html! {
        div.container-narrow.portal {
            div.hero {
                h1 { (locale.say(words::WELCOME)) }
                p.text-secondary { (locale.say(words::WELCOME_TEXT)) }
                a.btn.btn-primary.btn-lg href={ (model.base) "/submit" } { (locale.say(words::SUBMIT)) }
            }
            (track(locale, csrf, model))
            @if !model.channels.is_empty() {
                section.mb-4 {
                    h2.h4 { (locale.say(words::WAYS)) }
                    ul.ways {
                        @for channel in &model.channels { (way(locale, channel)) }
                    }
                }
            }
            p.text-secondary.small { a href="/console" { (locale.say(words::STAFF)) } }
        }
    }
}

fn track(locale: &Locale, csrf: &str, model: &Home) -> Markup {
    html! {
        section.card.mb-4 {
            div.card-body {
                h2.h3 { (locale.say(words::TRACK)) }
                p.text-secondary { (locale.say(words::TRACK_TEXT)) }
                @if model.ended { div.alert.alert-warning role="status" { (locale.say(words::ENDED)) } }
                @match &model.problem {
                    Some(problem) if problem.code == contracts::ProblemCode::NotFound => div.alert.alert-danger role="alert" { (locale.say(words::WRONG_CODE)) },
                    Some(problem) => (refusal::alert(locale, problem)),
                    None => {},
                }
                form method="post" action={ (model.base) "/track" } {
                    (carried(csrf, None))
                    (fields(locale, &track_fields(), &model.typed, None))
                    button.btn.btn-primary type="submit" { (locale.say(words::SEE_PROGRESS)) }
                }
            }
        }
    }
}

fn way(locale: &Locale, channel: &ChannelListed) -> Markup {
    let who = channel.department.as_ref().or(channel.role.as_ref());
    html! {
        li {
            strong { (locale.label(&channel.label)) }
            @if let Some(who) = who {
                span.text-secondary { (locale.fill(words::ANSWERS_BY, &[("who", locale.label(who))])) }
            }
        }
    }
}
