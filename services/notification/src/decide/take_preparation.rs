//! `contact.prepare` → the sheet that the playbook asks for before the customer is contacted: facts, likely scenarios,
//! options, the final limit. It may be filled in anew as long as the visit lasts; the last one holds.

use contracts::commands::Command;
use contracts::commands::notification::PrepareContact;
use contracts::messages::contact_prepared::ContactPrepared;
use contracts::{FilledPoint, Problem, ProblemCode, StageKind};
use playbook::sheet;
use runtime::service::{Context, Decision};
use serde_json::json;

use super::{Outcome, keep, seat};
use crate::state::{Conversation, State, Visit};

pub(super) fn decide(
    context: &Context<'_, State>,
    conversation: &Conversation,
    command: &Command,
) -> Outcome {
    let body: PrepareContact = command.read()?;
    let visit = seat::held(conversation, command, (body.visit, body.epoch), &[StageKind::Contact])?;
    let asked = visit.slice().map_or(&[][..], |slice| &slice.prepare);
    Problem::all(sheet::wrong_with(asked, &body.points)).map_or(Ok(()), Err)?;
    if asked.is_empty() {
        return Err(Problem::new(ProblemCode::WrongStage, "the playbook asks for no preparation here")
            .at("/visit")
            .expected("a visit that is prepared"));
    }
    let mut decision = Decision::nothing();
    let mut points = Vec::with_capacity(body.points.len());
    for filled in &body.points {
        let words = keep(context, &mut decision, command, &filled.text)?;
        points.push(FilledPoint { point: filled.point.clone(), words });
    }
    decision.say(ContactPrepared { visit: body.visit, points, by: command.actor.plain() });
    decision.answer_with(&json!({ "visit": body.visit }))
}

/// Nobody talks with the customer before the sheet is filled in.
///
/// # Errors
/// `missing-field` naming the points.
pub(super) fn is_prepared(visit: &Visit) -> Result<(), Problem> {
    let asked = visit.slice().map_or(&[][..], |slice| &slice.prepare);
    if asked.is_empty() || !visit.prepared.is_empty() {
        return Ok(());
    }
    let words: Vec<_> = asked.iter().map(|point| point.key.as_str()).collect();
    Err(Problem::new(ProblemCode::MissingField, "the playbook asks for a preparation before the contact")
        .at("/visit")
        .expected(format!("a visit that was prepared: {}", words.join(", "))))
}
