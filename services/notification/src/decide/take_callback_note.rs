//! `callback.note` → what whoever calls the customer back has to know of this case.
//!
//! It belongs to the case and not to a visit: a director notes it while the case is still being dealt with, and it is
//! shown before each call. A party to the matter notes nothing, and nobody does once the case is archived.

use contracts::commands::notification::NoteForCallback;
use contracts::commands::{Command, check_text};
use contracts::messages::callback_noted::CallbackNoted;
use contracts::{Problem, ProblemCode};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::{Outcome, keep};
use crate::state::{Conversation, State};

/// Characters in a note.
const MAX_NOTE: usize = 2_000;

/// Notes of a case: more than that nobody reads before a call.
const MOST_NOTES: usize = 50;

pub(super) fn decide(
    context: &Context<'_, State>,
    conversation: &Conversation,
    command: &Command,
) -> Outcome {
    let body: NoteForCallback = command.read()?;
    let Some(person) = command.actor.person() else {
        let problem = Problem::new(ProblemCode::NotAllowed, "only staff may do this");
        return Err(problem.at("/actor").expected("a member of staff"));
    };
    if conversation.is_party(person) {
        let detail = "a party to the matter does not say how the customer is called back";
        let problem = Problem::new(ProblemCode::ConflictOfInterest, detail).at("/actor");
        return Err(problem.expected("somebody who is no party to the matter"));
    }
    if conversation.closed {
        let problem =
            Problem::new(ProblemCode::WrongStage, "the case is archived, nobody calls back any more");
        return Err(problem.at("/note").expected("a note while the case is open"));
    }
    if conversation.caller_notes.len() >= MOST_NOTES {
        let detail = format!("the case has {MOST_NOTES} notes for the caller already");
        let problem = Problem::new(ProblemCode::InvalidField, detail).at("/note");
        return Err(problem.expected(format!("at most {MOST_NOTES} notes of a case")));
    }
    check_text("/note", &body.note, MAX_NOTE)?;
    let mut decision = Decision::nothing();
    let note = keep(context, &mut decision, command, &body.note)?;
    decision.say(CallbackNoted { note: note.clone(), by: command.actor.plain() });
    decision.answer_with(&json!({ "note": note }))
}
