//! `contact.record` → the facts of a contact; a contact stage ends when the customer was reached.

use contracts::commands::notification::RecordContact;
use contracts::commands::{Command, check_text};
use contracts::facts::key;
use contracts::messages::contact_recorded::ContactRecorded;
use contracts::{Facts, Problem, ProblemCode, StageKind};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::seat::{self, End};
use super::{Outcome, keep, reached, record};
use crate::state::{Conversation, State, Visit};

/// Characters in a note.
const MAX_NOTE: usize = 5_000;

/// How a stage ends when nobody will try again.
const UNREACHABLE: &str = "unreachable";

pub(super) fn decide(
    context: &Context<'_, State>,
    conversation: &Conversation,
    command: &Command,
) -> Outcome {
    let body: RecordContact = command.read()?;
    let kinds = [StageKind::Contact, StageKind::Reply, StageKind::Callback];
    let visit = seat::held(conversation, command, (body.visit, body.epoch), &kinds)?;
    if body.give_up {
        may_give_up(visit, &body)?;
    }
    let mut decision = Decision::nothing();
    let note = match &body.note {
        Some(note) => {
            check_text("/note", note, MAX_NOTE)?;
            Some(keep(context, &mut decision, command, note)?)
        }
        None => None,
    };
    let (id, channel, by) = (body.visit, body.channel.clone(), command.actor.plain());
    decision.say(ContactRecorded { visit: id, reached: body.reached, channel, note, by });
    let facts =
        if body.reached { reached(context, visit) } else { Facts::from([(key::not_reached(), true.into())]) };
    record(context, &mut decision, id, facts.clone(), &command.actor);
    let outcome = outcome_of(visit, &body);
    if let Some(outcome) = outcome {
        let results = json!({ "channel": body.channel });
        End { id, visit, outcome, results, by: &command.actor }.say(&mut decision, &facts)?;
    }
    decision.answer_with(&json!({ "visit": id, "outcome": outcome }))
}

fn outcome_of(visit: &Visit, body: &RecordContact) -> Option<&'static str> {
    if body.give_up {
        return Some(UNREACHABLE);
    }
    (visit.kind == StageKind::Contact && body.reached).then_some("contacted")
}

/// Giving up is possible only when the customer was not reached and the stage can end so.
fn may_give_up(visit: &Visit, body: &RecordContact) -> Result<(), Problem> {
    let wrong = |what: &str| Problem::new(ProblemCode::InvalidField, what).at("/give_up").expected("false");
    if body.reached {
        return Err(wrong("the customer was reached"));
    }
    if visit.told.is_some() {
        return Err(wrong("the customer was told and has yet to answer"));
    }
    if !visit.may_end(UNREACHABLE) {
        return Err(wrong("this stage does not end without reaching the customer"));
    }
    Ok(())
}
