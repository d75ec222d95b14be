//! `contact.record` → the facts of a contact; a contact stage ends when the customer was reached.

use contracts::commands::Command;
use contracts::commands::notification::RecordContact;
use contracts::facts::key;
use contracts::{Facts, Problem, ProblemCode, StageKind};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::{Outcome, complete, held, keep, record};
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
    let visit = held(conversation, command, body.visit, body.epoch, &kinds)?;
    let mut decision = Decision::nothing();
    if let Some(note) = &body.note {
        contracts::commands::check_text("/note", note, MAX_NOTE)?;
        keep(context, &mut decision, command, note)?;
    }
    let mut facts = Facts::new();
    if body.reached {
        facts.insert(key::last_contact(), context.now().into());
        if !visit.facts.contains_key(&key::customer_contacted()) {
            facts.insert(key::customer_contacted(), context.now().into());
        }
    } else {
        facts.insert(key::not_reached(), true.into());
    }
    record(context, &mut decision, body.visit, facts, &command.actor);
    if visit.kind == StageKind::Contact && body.reached {
        let results = json!({ "channel": body.channel });
        complete(&mut decision, body.visit, visit, "contacted", Facts::new(), results, &command.actor)?;
    }
    if body.give_up {
        give_up(visit, &body)?;
        let results = json!({ "channel": body.channel });
        complete(&mut decision, body.visit, visit, UNREACHABLE, Facts::new(), results, &command.actor)?;
    }
    decision.answer_with(&json!({ "visit": body.visit }))
}

/// Giving up is possible only when the customer was not reached and the stage can end so.
fn give_up(visit: &Visit, body: &RecordContact) -> Result<(), Problem> {
    let wrong = |what: &str| Problem::new(ProblemCode::InvalidField, what).at("/give_up");
    if body.reached {
        return Err(wrong("the customer was reached").expected("false"));
    }
    if !visit.brief.outcomes.iter().any(|outcome| outcome.as_str() == UNREACHABLE) {
        return Err(wrong("this stage does not end without reaching the customer").expected("false"));
    }
    Ok(())
}
