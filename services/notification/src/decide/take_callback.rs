//! `callback` → one callback, or the customer's own answer by their link.
//!
//! Callbacks end when enough of them reached the customer and the last answer is positive; a negative one acts at
//! once (architecture, "Satisfaction comes from the customer").

use contracts::commands::notification::RecordCallback;
use contracts::commands::{Actor, Command};
use contracts::facts::key;
use contracts::messages::callback_recorded::CallbackRecorded;
use contracts::{Facts, Problem, ProblemCode, StageKind};
use playbook::CallbackBrief;
use playbook::model::Satisfaction;
use runtime::service::{Context, Decision};
use serde_json::json;

use super::{Outcome, complete, held, keep, open, record};
use crate::state::{Conversation, State, Visit};

/// Characters in an opinion.
const MAX_OPINION: usize = 5_000;

pub(super) fn decide(
    context: &Context<'_, State>,
    conversation: &Conversation,
    command: &Command,
) -> Outcome {
    let body: RecordCallback = command.read()?;
    let visit = match command.actor {
        Actor::Customer => open(conversation, body.visit, &[StageKind::Callback])?,
        Actor::Staff { .. } | Actor::Feeder { .. } | Actor::System => {
            held(conversation, command, body.visit, body.epoch, &[StageKind::Callback])?
        }
    };
    let positive = answer_is_positive(visit, &body)?;
    let mut decision = Decision::nothing();
    let opinion = match &body.opinion {
        Some(opinion) => {
            contracts::commands::check_text("/opinion", opinion, MAX_OPINION)?;
            Some(keep(context, &mut decision, command, opinion)?)
        }
        None => None,
    };
    decision.say(CallbackRecorded {
        visit: body.visit,
        attempt: u32::try_from(visit.calls.len() + 1).unwrap_or(u32::MAX),
        reached: body.reached,
        satisfaction: body.satisfaction.clone().filter(|_| body.reached),
        opinion,
        by: command.actor.plain(),
    });
    record(context, &mut decision, body.visit, facts_of(context, visit, &body, positive), &command.actor);
    let outcome = outcome_of(visit, positive);
    if let Some(outcome) = outcome {
        let results = json!({ "satisfaction": body.satisfaction, "calls": visit.calls.len() + 1 });
        complete(&mut decision, body.visit, visit, outcome, Facts::new(), results, &command.actor)?;
    }
    decision.answer_with(&json!({ "visit": body.visit, "outcome": outcome }))
}

/// Whether the answer is positive on the playbook's scale; `None` when the customer was not reached.
fn answer_is_positive(visit: &Visit, body: &RecordCallback) -> Result<Option<bool>, Problem> {
    if !body.reached {
        return Ok(None);
    }
    let scale: &[playbook::model::Answer] = visit
        .slice()
        .and_then(|slice| slice.satisfaction.as_ref())
        .map_or(&[], |Satisfaction { scale, .. }| scale);
    let keys = || scale.iter().map(|answer| answer.key.as_str()).collect::<Vec<_>>().join(", ");
    let Some(given) = &body.satisfaction else {
        return Err(Problem::new(ProblemCode::MissingField, "the customer's answer is missing")
            .at("/satisfaction")
            .expected(keys()));
    };
    let answer = scale.iter().find(|answer| answer.key.as_str() == given);
    answer.map(|answer| Some(answer.positive)).ok_or_else(|| {
        Problem::new(ProblemCode::InvalidField, "that is not an answer of the scale")
            .at("/satisfaction")
            .expected(keys())
    })
}

fn facts_of(
    context: &Context<'_, State>,
    visit: &Visit,
    body: &RecordCallback,
    positive: Option<bool>,
) -> Facts {
    let mut facts = Facts::new();
    match (positive, &body.satisfaction) {
        (Some(positive), Some(satisfaction)) => {
            facts.insert(key::satisfaction(), satisfaction.as_str().into());
            facts.insert(key::dissatisfied(), (!positive).into());
            facts.insert(key::callbacks(), i64::from(visit.reached() + 1).into());
            facts.insert(key::last_contact(), context.now().into());
        }
        (None, _) | (Some(_), None) => {
            facts.insert(key::not_reached(), true.into());
        }
    }
    facts
}

/// How the stage ends with this call, if it does.
fn outcome_of(visit: &Visit, positive: Option<bool>) -> Option<&'static str> {
    let policy: Option<&CallbackBrief> = visit.slice().and_then(|slice| slice.callback.as_ref());
    let (min, max) = policy.map_or((1, None), |policy| (policy.min, policy.max));
    let made = u32::try_from(visit.calls.len() + 1).unwrap_or(u32::MAX);
    match positive {
        Some(false) => Some("dissatisfied"),
        Some(true) if visit.reached() + 1 >= min => Some("satisfied"),
        Some(true) => None,
        None => max.is_some_and(|max| made >= max).then_some("unreachable"),
    }
}
