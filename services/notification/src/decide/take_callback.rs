//! `callback` → one callback, or the customer's own answer by their link.
//!
//! Callbacks end when enough of them reached the customer and the last answer is positive; a negative one acts at
//! once (architecture, "Satisfaction comes from the customer"). When the most that the playbook allows were made, the
//! last answer holds; without any the customer was unreachable.

use contracts::commands::notification::RecordCallback;
use contracts::commands::{Actor, Command, check_text};
use contracts::facts::key;
use contracts::messages::callback_recorded::CallbackRecorded;
use contracts::{ChannelKey, Facts, Problem, ProblemCode, StageKind};
use playbook::CallbackBrief;
use playbook::model::{Answer, Satisfaction};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::seat::{self, End};
use super::{Outcome, keep, reached, record};
use crate::state::{Conversation, State, Visit};
use crate::store::{Given, Row};

/// Characters in an opinion.
const MAX_OPINION: usize = 5_000;

pub(super) fn decide(
    context: &Context<'_, State>,
    conversation: &Conversation,
    command: &Command,
) -> Outcome {
    let body: RecordCallback = command.read()?;
    let visit = match command.actor {
        Actor::Customer => own_answer(conversation, &body)?,
        Actor::Staff { .. } | Actor::Feeder { .. } | Actor::System => {
            let visit = seat::held(conversation, command, (body.visit, body.epoch), &[StageKind::Callback])?;
            seat::identified(visit, body.reached, body.identity_verified)?;
            by_a_channel_of_the_playbook(visit, &body)?;
            visit
        }
    };
    let positive = answer_is_positive(visit, &body)?;
    let mut decision = Decision::nothing();
    let opinion = match &body.opinion {
        Some(opinion) => {
            check_text("/opinion", opinion, MAX_OPINION)?;
            Some(keep(context, &mut decision, command, opinion)?)
        }
        None => None,
    };
    let made = u32::try_from(visit.calls.len() + 1).unwrap_or(u32::MAX);
    let said = CallbackRecorded {
        visit: body.visit,
        attempt: made,
        reached: body.reached,
        channel: body.channel.clone(),
        satisfaction: body.satisfaction.clone(),
        opinion,
        by: command.actor.plain(),
    };
    decision.say(said.clone());
    let mut facts = facts_of(context, visit, &body, positive);
    facts.extend(body.identity_verified.map(|is| (key::identity_verified(), is.into())));
    record(context, &mut decision, body.visit, facts.clone(), &command.actor);
    let outcome = outcome_of(visit, positive, made);
    let listed = given(context, (conversation, visit), command, &said, (positive, outcome));
    decision.rows.extend(listed.map(|given| Row::Satisfaction(Box::new(given))));
    if let Some(outcome) = outcome {
        let results = json!({ "satisfaction": facts.get(&key::satisfaction()), "calls": made });
        End { id: body.visit, visit, outcome, results, by: &command.actor }.say(&mut decision, &facts)?;
    }
    decision.answer_with(&json!({ "visit": body.visit, "outcome": outcome }))
}

/// The customer's answer, as it is listed; nothing where nobody answered.
fn given(
    context: &Context<'_, State>,
    (conversation, visit): (&Conversation, &Visit),
    command: &Command,
    said: &CallbackRecorded,
    (positive, outcome): (Option<bool>, Option<&'static str>),
) -> Option<Given> {
    let responsible = visit.facts.get(&key::responsible()).and_then(|fact| fact.as_text());
    Some(Given {
        organisation: context.organisation().clone(),
        complaint: command.subject.complaint_id()?,
        number: conversation.number.clone(),
        playbook: conversation.playbook.clone(),
        visit: said.visit,
        attempt: said.attempt,
        stage: visit.brief.stage.clone(),
        department: visit.department.clone(),
        responsible: responsible.unwrap_or_else(|| visit.department.as_str()).to_owned(),
        at: context.now(),
        answer: said.satisfaction.clone()?,
        positive: positive?,
        outcome,
        channel: said.channel.clone(),
        person: said.by.person().cloned(),
        opinion: said.opinion.as_ref().map(|opinion| opinion.id),
    })
}

/// The visit at which the customer answers by their link, which counts once.
fn own_answer<'a>(conversation: &'a Conversation, body: &RecordCallback) -> Result<&'a Visit, Problem> {
    let visit = seat::open(conversation, body.visit, &[StageKind::Callback])?;
    if visit.calls.iter().any(|call| call.by == Actor::Customer) {
        let problem = Problem::new(ProblemCode::AlreadyExists, "you have answered already; thank you");
        return Err(problem.at("/visit").expected("one answer by the customer"));
    }
    if !body.reached {
        let problem = Problem::new(ProblemCode::InvalidField, "who answers was reached").at("/reached");
        return Err(problem.expected("true"));
    }
    let only_staff = |field: &str, expected: &str| {
        Err(Problem::new(ProblemCode::NotAllowed, "only staff may say this").at(field).expected(expected))
    };
    if body.identity_verified.is_some() {
        return only_staff("/identity_verified", "nothing: the code of the receipt identifies the customer");
    }
    if body.channel.is_some() {
        return only_staff("/channel", "nothing: the customer was not called");
    }
    Ok(visit)
}

/// A callback is made by one of the channels that the playbook names, where it names some.
///
/// # Errors
/// `missing-field` or `invalid-field` at `/channel`, naming them.
fn by_a_channel_of_the_playbook(visit: &Visit, body: &RecordCallback) -> Result<(), Problem> {
    let policy = visit.slice().and_then(|slice| slice.callback.as_ref());
    let channels = policy.map_or(&[][..], |policy| &policy.channels);
    let (code, detail) = match &body.channel {
        None if !channels.is_empty() => (ProblemCode::MissingField, "by which channel is missing"),
        Some(channel) if !channels.is_empty() && !channels.contains(channel) => {
            (ProblemCode::InvalidField, "the playbook does not call back by this channel")
        }
        None | Some(_) => return Ok(()),
    };
    let expected = channels.iter().map(ChannelKey::as_str).collect::<Vec<_>>().join(", ");
    Err(Problem::new(code, detail).at("/channel").expected(expected))
}

/// Whether the answer is positive on the playbook's scale; `None` when the customer was not reached.
fn answer_is_positive(visit: &Visit, body: &RecordCallback) -> Result<Option<bool>, Problem> {
    let scale: &[Answer] = visit
        .slice()
        .and_then(|slice| slice.satisfaction.as_ref())
        .map_or(&[], |Satisfaction { scale, .. }| scale);
    let keys = || scale.iter().map(|answer| answer.key.as_str()).collect::<Vec<_>>().join(", ");
    match (&body.satisfaction, body.reached) {
        (None, false) => Ok(None),
        (Some(_), false) => {
            let what = "nobody was reached, so nobody answered";
            Err(Problem::new(ProblemCode::InvalidField, what).at("/satisfaction").expected("no answer"))
        }
        (None, true) => Err(Problem::new(ProblemCode::MissingField, "the customer's answer is missing")
            .at("/satisfaction")
            .expected(keys())),
        (Some(given), true) => {
            let answer = scale.iter().find(|answer| answer.key.as_str() == given);
            answer.map(|answer| Some(answer.positive)).ok_or_else(|| {
                Problem::new(ProblemCode::InvalidField, "that is not an answer of the scale")
                    .at("/satisfaction")
                    .expected(keys())
            })
        }
    }
}

fn facts_of(
    context: &Context<'_, State>,
    visit: &Visit,
    body: &RecordCallback,
    positive: Option<bool>,
) -> Facts {
    match (positive, &body.satisfaction) {
        (Some(positive), Some(satisfaction)) => {
            let mut facts = reached(context, visit);
            facts.insert(key::satisfaction(), satisfaction.as_str().into());
            facts.insert(key::dissatisfied(), (!positive).into());
            facts.insert(key::callbacks(), i64::from(visit.reached() + 1).into());
            facts
        }
        (None, _) | (Some(_), None) => Facts::from([(key::not_reached(), true.into())]),
    }
}

/// How the stage ends with this call, if it does.
fn outcome_of(visit: &Visit, positive: Option<bool>, made: u32) -> Option<&'static str> {
    let policy: Option<&CallbackBrief> = visit.slice().and_then(|slice| slice.callback.as_ref());
    let (min, max) = policy.map_or((1, None), |policy| (policy.min, policy.max));
    let is_last = max.is_some_and(|max| made >= max);
    let outcome = match positive {
        Some(false) => Some("dissatisfied"),
        Some(true) => (is_last || visit.reached() + 1 >= min).then_some("satisfied"),
        // A negative answer ended the stage, so earlier answers are all positive.
        None if visit.reached() > 0 => is_last.then_some("satisfied"),
        None => is_last.then_some("unreachable"),
    };
    outcome.filter(|outcome| visit.may_end(outcome))
}
