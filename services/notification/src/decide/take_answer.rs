//! `answer.record` → the customer accepts or rejects what they were told.

use contracts::commands::notification::RecordAnswer;
use contracts::commands::{Actor, Command, check_text};
use contracts::facts::key;
use contracts::messages::customer_answered::CustomerAnswered;
use contracts::{Facts, Problem, ProblemCode, StageKind};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::seat::{self, End};
use super::{Outcome, keep, record, take_reply};
use crate::state::{Conversation, State};

/// Characters in a reason.
const MAX_REASON: usize = 2_000;

pub(super) fn decide(
    context: &Context<'_, State>,
    conversation: &Conversation,
    command: &Command,
) -> Outcome {
    let body: RecordAnswer = command.read()?;
    let visit = match command.actor {
        Actor::Customer => seat::open(conversation, body.visit, &[StageKind::Reply])?,
        Actor::Staff { .. } | Actor::Feeder { .. } | Actor::System => {
            // The order has no epoch: whoever holds the work now may write down what the customer says now.
            let epoch = conversation.visits.get(&body.visit).map_or(0, |visit| visit.epoch);
            seat::held(conversation, command, (body.visit, epoch), &[StageKind::Reply])?
        }
    };
    if visit.told.is_none() || !take_reply::waits_for_answer(&visit.brief) {
        return Err(Problem::new(ProblemCode::WrongStage, "the customer has not been asked yet")
            .at("/visit")
            .expected("a reply first"));
    }
    let mut decision = Decision::nothing();
    let reason = match &body.reason {
        Some(reason) => {
            check_text("/reason", reason, MAX_REASON)?;
            Some(keep(context, &mut decision, command, reason)?)
        }
        None => None,
    };
    let by = command.actor.plain();
    decision.say(CustomerAnswered { visit: body.visit, accepted: body.accepted, reason, by });
    let mut facts = Facts::from([(key::customer_agreed(), body.accepted.into())]);
    if !body.accepted {
        facts.insert(key::dissatisfied(), true.into());
    }
    record(context, &mut decision, body.visit, facts.clone(), &command.actor);
    let outcome = if body.accepted { "accepted" } else { "rejected" };
    let end = End { id: body.visit, visit, outcome, results: json!({}), by: &command.actor };
    end.say(&mut decision, &facts)?;
    decision.answer_with(&json!({ "visit": body.visit, "outcome": outcome }))
}
