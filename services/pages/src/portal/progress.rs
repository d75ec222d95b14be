//! How far a complaint is: what is being done in plain words, what happens next and by when; and what the customer is
//! asked: to add something, to answer a proposal, to say how satisfied they are.

use contracts::{Problem, StageKind};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::Locale;
use crate::forms::{Choice, Control, Field, Typed, carried, fields};
use crate::refusal;
use crate::shell::CHANGED;
use crate::words::stages::{self, plainly};
use crate::words::{Word, portal as words, shell};

/// What a form says it was made for: the complaint, by its number, and the visit that asks.
pub const NUMBER: &str = "number";
/// See [`NUMBER`].
pub const VISIT: &str = "visit";

/// Something was said at a page that is not this one any more. It was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossed {
    /// The complaint that it was said about, where this browser has opened another one since; else the question is over.
    pub about: Option<String>,
    /// What was typed.
    pub said: Vec<String>,
}

/// What the customer is asked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// To supply what is missing, or to confirm the claim as it was restated.
    Clarify {
        /// The claim in our words.
        restated: Option<String>,
    },
    /// Whether they accept the result.
    Answer {
        /// The result, as it was told.
        told: String,
    },
    /// How satisfied they are.
    Satisfaction {
        /// The scale.
        scale: Vec<Choice>,
    },
}

/// How far a complaint is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Where the organisation's pages begin.
    pub base: String,
    /// Its number.
    pub number: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// The kind of the main stage; none when it was only registered.
    pub stage: Option<StageKind>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// By when this step is to be done.
    pub due: Option<Timestamp>,
    /// Which handling it is.
    pub instance: u32,
    /// Whether it is closed.
    pub closed: bool,
    /// What the customer is asked.
    pub asked: Option<Asked>,
    /// The visit that asks.
    pub visit: String,
    /// What was done just now.
    pub done: Option<Word>,
    /// What was typed, when it was refused.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// What was said at a page that does not hold any more.
    pub crossed: Option<Crossed>,
    /// The key under which an answer is taken once.
    pub key: String,
}

/// What is added, or confirmed.
#[must_use]
pub fn clarify_fields(restated: bool) -> Vec<Field> {
    let mut all = vec![Field::new("/said", words::ADD, Control::Paragraph)];
    if restated {
        all.push(Field::new("/confirmed", words::RESTATED_RIGHT, Control::YesNo));
    }
    all
}

/// The answer to the result.
#[must_use]
pub fn answer_fields() -> Vec<Field> {
    let choices = vec![Choice::new("true", words::ACCEPT), Choice::new("false", words::REFUSE)];
    vec![
        Field::new("/accepted", words::ANSWER_QUESTION, Control::Either(choices)).required(),
        Field::new("/reason", words::WHY, Control::Paragraph).hint(words::WHY_HINT),
    ]
}

/// How satisfied they are.
#[must_use]
pub fn satisfaction_fields(scale: &[Choice]) -> Vec<Field> {
    vec![
        Field::new("/satisfaction", words::SATISFIED_QUESTION, Control::Radio(scale.to_vec())).required(),
        Field::new("/opinion", words::OPINION, Control::Paragraph),
    ]
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &Progress) -> Markup {
    html! {
        div.container-narrow.portal {
            h1.h2 { (locale.fill(crate::words::case::TITLE, &[("number", &model.number)])) }
            @if let Some(done) = model.done { div.alert.alert-success role="status" { (locale.say(done)) } }
            @if let Some(problem) = &model.problem { (refusal::alert(locale, problem)) }
            @if let Some(crossed) = &model.crossed { (not_taken(locale, model, crossed)) }
            // What was typed and refused stays until it is sent again: such a page does not change by itself.
            div #standing hx-get={ (model.base) "/complaint" } hx-trigger=[model.problem.is_none().then_some(CHANGED)] hx-select="#standing" hx-target="this" hx-swap="outerMorph" {
                (standing(locale, model))
                @if let Some(asked) = &model.asked { (ask(locale, csrf, model, asked)) }
            }
            p.text-secondary.small {
                (locale.say(words::RECEIVED_AT)) " " (locale.time(model.received_at)) " · "
                a href=(model.base) { (locale.say(words::OTHER_COMPLAINT)) }
            }
        }
    }
}

fn not_taken(locale: &Locale, model: &Progress, crossed: &Crossed) -> Markup {
    html! {
        div.alert.alert-danger role="alert" {
            div {
                @match &crossed.about {
                    Some(about) => {
                        strong { (locale.fill(words::ABOUT_ANOTHER, &[("about", about), ("number", &model.number)])) }
                        div { a.alert-link href=(model.base) { (locale.fill(words::OPEN_IT_AGAIN, &[("about", about)])) } }
                    },
                    None => strong { (locale.say(words::ASKED_NO_MORE)) },
                }
                @if !crossed.said.is_empty() {
                    div.mt-2 { (locale.say(words::YOU_TYPED)) }
                    @for text in &crossed.said { blockquote.said.mb-0 { (text) } }
                }
            }
        }
    }
}

fn standing(locale: &Locale, model: &Progress) -> Markup {
    let (now, next) = match (model.closed, model.stage) {
        (true, _) => (stages::CLOSED, stages::NEXT_CLOSED),
        (false, Some(kind)) => plainly(kind),
        (false, None) => (stages::RECEIVED, stages::NEXT_RECEIVED),
    };
    html! {
        section.card.mb-4 {
            div.card-body {
                (steps(locale, model))
                h2.h3.mb-1 { (locale.say(now)) }
                @if let Some(since) = model.since.filter(|_| !model.closed) {
                    p.text-secondary.small { (locale.fill(words::SINCE, &[("time", &locale.near(since))])) }
                }
                @if model.instance > 1 { p { (locale.fill(words::AGAIN, &[("n", &model.instance.to_string())])) } }
                h3.h4.mt-3.mb-1 { (locale.say(words::WHAT_NEXT)) }
                p.mb-1 { (locale.say(next)) }
                @if !model.closed { p.mb-0.text-secondary { (when(locale, model.due)) } }
            }
        }
    }
}

fn when(locale: &Locale, due: Option<Timestamp>) -> String {
    match due {
        Some(due) if due >= locale.now => locale.fill(words::BY_WHEN, &[("time", &locale.near(due))]),
        Some(_) => locale.say(words::LATE).to_owned(),
        None => locale.say(words::NO_TIME).to_owned(),
    }
}

/// The four steps that a customer thinks in, whatever the playbook calls its stages.
fn steps(locale: &Locale, model: &Progress) -> Markup {
    const STEPS: [Word; 4] =
        [words::STEP_RECEIVED, words::STEP_LOOKED, words::STEP_ANSWERED, words::STEP_CLOSED];
    let at = match (model.closed, model.stage) {
        (true, _) => STEPS.len(),
        (false, None | Some(StageKind::Register | StageKind::Triage | StageKind::Clarify)) => 0,
        (false, Some(StageKind::Contact | StageKind::Reply | StageKind::Callback)) => 2,
        (false, Some(StageKind::Correct | StageKind::Audit | StageKind::Account | StageKind::Archive)) => 3,
        (false, Some(_)) => 1,
    };
    html! {
        ol.steps-plain aria-label=(locale.say(words::STEPS)) {
            @for (place, word) in STEPS.iter().enumerate() {
                @let (class, state) = match place.cmp(&at) {
                    std::cmp::Ordering::Less => ("done", words::STEP_DONE),
                    std::cmp::Ordering::Equal => ("now", words::STEP_NOW),
                    std::cmp::Ordering::Greater => ("to-come", words::STEP_TO_COME),
                };
                li class=(class) aria-current=[(place == at).then_some("step")] {
                    (locale.say(*word)) span.visually-hidden { " " (locale.say(state)) }
                }
            }
        }
    }
}

fn ask(locale: &Locale, csrf: &str, model: &Progress, asked: &Asked) -> Markup {
    let (title, action, all) = match asked {
        Asked::Clarify { restated } => (words::MISSING, "/clarify", clarify_fields(restated.is_some())),
        Asked::Answer { .. } => (words::OUR_ANSWER, "/answer", answer_fields()),
        Asked::Satisfaction { scale } => (stages::ASKED, "/satisfaction", satisfaction_fields(scale)),
    };
    html! {
        section.card.mb-4.asked {
            div.card-body {
                h2.h3 { (locale.say(title)) }
                @match asked {
                    Asked::Clarify { restated: Some(restated) } => {
                        p.mb-1 { (locale.say(words::RESTATED)) }
                        blockquote.said { (restated) }
                    },
                    Asked::Answer { told } => blockquote.said { (told) },
                    Asked::Clarify { restated: None } | Asked::Satisfaction { .. } => {},
                }
                form.once method="post" action={ (model.base) (action) } {
                    (carried(csrf, Some(&model.key)))
                    input type="hidden" name=(NUMBER) value=(model.number);
                    input type="hidden" name=(VISIT) value=(model.visit);
                    (fields(locale, &all, &model.typed, model.problem.as_ref()))
                    button.btn.btn-primary.w-100 type="submit" { (locale.say(shell::SEND)) }
                }
            }
        }
    }
}
