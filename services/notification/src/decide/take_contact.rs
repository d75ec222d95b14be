//! `contact.record` → the facts of a contact; a contact stage ends when the customer was reached.

use contracts::commands::notification::RecordContact;
use contracts::commands::{Command, check_text};
use contracts::facts::key;
use contracts::messages::contact_recorded::ContactRecorded;
use contracts::{Facts, Problem, ProblemCode, StageKind};
use playbook::model::Tell;
use runtime::service::{Context, Decision};
use serde_json::json;

use super::seat::{self, End};
use super::{Outcome, keep, reached, record, take_preparation};
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
    take_preparation::is_prepared(visit)?;
    if body.give_up {
        may_give_up(visit, &body)?;
    }
    seat::identified(visit, body.reached, body.identity_verified)?;
    all_told(visit, &body)?;
    let mut decision = Decision::nothing();
    let note = match &body.note {
        Some(note) => {
            check_text("/note", note, MAX_NOTE)?;
            Some(keep(context, &mut decision, command, note)?)
        }
        None => None,
    };
    let (id, channel, by) = (body.visit, body.channel.clone(), command.actor.plain());
    let mut told = Vec::new();
    for word in &body.told {
        if !told.contains(word) {
            told.push(word.clone());
        }
    }
    decision.say(ContactRecorded { visit: id, reached: body.reached, channel, note, told, by });
    let mut facts =
        if body.reached { reached(context, visit) } else { Facts::from([(key::not_reached(), true.into())]) };
    facts.extend(body.identity_verified.map(|is| (key::identity_verified(), is.into())));
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

/// Whoever reaches the customer at a contact stage tells them all that the playbook says.
fn all_told(visit: &Visit, body: &RecordContact) -> Result<(), Problem> {
    let contact = visit.slice().and_then(|slice| slice.contact.as_ref());
    let tell: &[Tell] = contact.filter(|_| visit.kind == StageKind::Contact).map_or(&[], |it| &it.tell);
    let named = |word: &Tell| body.told.iter().any(|told| told == word.as_str());
    if body.told.iter().any(|told| !body.reached || !tell.iter().any(|word| told == word.as_str())) {
        let words: Vec<_> = tell.iter().filter(|_| body.reached).map(|word| word.as_str()).collect();
        let problem = Problem::new(ProblemCode::InvalidField, "nobody was told this here").at("/told");
        let nothing = "nothing: nobody was reached, or the playbook wants nothing told".to_owned();
        return Err(problem.expected(if words.is_empty() { nothing } else { words.join(", ") }));
    }
    let missing: Vec<_> = tell.iter().filter(|word| !named(word)).map(|word| word.as_str()).collect();
    if body.reached && !missing.is_empty() {
        let detail = "the customer was not told all that the playbook says";
        let problem = Problem::new(ProblemCode::MissingField, detail).at("/told");
        return Err(problem.expected(missing.join(", ")));
    }
    Ok(())
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
