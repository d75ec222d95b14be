//! One matter to decide, all that counts on one screen: the proposal with its amount and who is liable, the decision,
//! what the customer said, how equal matters were decided, the round so far, the reader's own limit, the clock.

use contracts::Fen;
use contracts::queries::routing::ClockShown;
use maud::{Markup, html};

use super::authority::{self, Authority};
use super::precedents::{self, Precedents};
use super::{ADDRESS, Item};
use crate::Locale;
use crate::case::approvals::{self as rounds, Round};
use crate::case::doing::{Doing, beside};
use crate::case::{clocks, matter};
use crate::forms::{Control, Field, carried, field, people};
use crate::words::{approvals as words, shell, tasks};
use crate::work::due;

/// A matter to decide.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The matter at a glance.
    pub item: Item,
    /// The order as it is given everywhere, with what it is about.
    pub doing: Doing,
    /// The amount that the matrix is read with, where it is another.
    pub cumulated: Option<Fen>,
    /// The label of the stage that a refusal leads to.
    pub refused_to: Option<String>,
    /// Every round, with who said what in it.
    pub rounds: Vec<Round>,
    /// Who decides on which amount.
    pub authority: Authority,
    /// How equal matters were decided.
    pub precedents: Precedents,
    /// The clocks that run.
    pub clocks: Vec<ClockShown>,
    /// Where it is handed on; nothing where the reader may not.
    pub hand_on: Option<String>,
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, sheet: &Sheet) -> Markup {
    let item = &sheet.item;
    html! {
        div.page-header.mb-3 {
            p.mb-1 { a href=(ADDRESS) { "← " (locale.say(words::TITLE)) } }
            h1.page-title { (item.task) " · " (item.number) }
            p.text-secondary.mb-0 {
                @if let Some(about) = &item.about { (about) " · " }
                a href=(sheet.doing.case) { (locale.say(words::CASE)) }
            }
        }
        div.sheet {
            div { (glance(locale, sheet)) (decision(locale, csrf, sheet)) }
            div {
                (matter::view(locale, &sheet.doing.matter))
                (rounds::view(locale, &sheet.rounds))
            }
            div {
                (precedents::view(locale, &sheet.precedents))
                (authority::view(locale, &sheet.authority))
                @for note in &sheet.doing.notes { (beside(locale, note)) }
                (clocks::view(locale, &sheet.clocks))
            }
        }
    }
}

fn glance(locale: &Locale, sheet: &Sheet) -> Markup {
    let item = &sheet.item;
    html! {
        section.card.mb-3 {
            div.card-body.decision {
                div.decision-what {
                    p.h1.mb-0.number { @match item.amount { Some(amount) => (locale.money(amount)), None => (locale.say(words::NO_PROPOSAL)) } }
                    p.mb-0 { (item.remedies.join(" · ")) @if let Some(liable) = &item.liable { span.text-secondary { @if !item.remedies.is_empty() { " · " } (locale.say(tasks::LIABLE)) " " (liable) } } }
                    @if let Some(amount) = sheet.cumulated { p.mb-0.text-secondary.small { (locale.fill(words::CUMULATED, &[("amount", &locale.money(amount))])) } }
                }
                (due(locale, item.due))
            }
        }
    }
}

/// The decision: what is said is a button, so that one touch decides; all else that the form has stands above.
fn decision(locale: &Locale, csrf: &str, sheet: &Sheet) -> Markup {
    let doing = &sheet.doing;
    let (said, rest): (Vec<_>, Vec<_>) =
        doing.form.fields.iter().partition(|field| matches!(field.control, Control::Radio(_)));
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.h4 { (locale.say(words::YOUR_DECISION)) }
                form.once method="post" action=(doing.address) {
                    (carried(csrf, Some(&doing.key)))
                    @for (name, value) in &doing.made_for { input type="hidden" name=(name) value=(value); }
                    input type="hidden" name="back" value=(ADDRESS);
                    @for one in rest { (field(locale, one, &doing.typed, None)) }
                    (people(locale, &doing.form.fields))
                    @if let Some(stage) = &sheet.refused_to { p.text-secondary.small { (locale.fill(words::SENDS_BACK, &[("stage", stage)])) } }
                    @match said.first() {
                        Some(said) => (buttons(locale, said)),
                        None => button.btn.btn-primary.thumb type="submit" { (locale.say(shell::SEND)) },
                    }
                }
                @if let Some(address) = &sheet.hand_on {
                    p.mt-3.mb-0 {
                        a.btn.thumb href=(address) { (locale.say(words::HAND_ON)) }
                        span.form-hint.d-block { (locale.say(words::HAND_ON_HINT)) }
                    }
                }
            }
        }
    }
}

fn buttons(locale: &Locale, said: &Field) -> Markup {
    let Control::Radio(choices) = &said.control else { return html! {} };
    html! {
        div.verdicts role="group" aria-label=(said.label.get(locale.language)) {
            @for (n, choice) in choices.iter().enumerate() {
                button.btn.thumb.{ @if n == 0 { "btn-primary" } @else { "btn-outline-danger" } } type="submit" name=(said.at) value=(choice.value) { (choice.label.get(locale.language)) }
            }
        }
    }
}
