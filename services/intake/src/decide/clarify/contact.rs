//! How to reach the customer, as staff take it down in a talk: kept by intake alone, never said in an event.

use contracts::commands::intake::{Clarify, Complainant};
use contracts::{Problem, ProblemCode};
use runtime::service::{Decision, EntryChange, EntryKey};
use serde_json::Value;

use super::Scene;
use crate::decide::erase::Trail;
use crate::decide::register::complainant::{Traces, row};
use crate::decide::space;
use crate::rows::Row;

/// Keeps what was given, and the trail that leads to whom it is of. A number that leads to somebody else leads there
/// still: that two people are one is not for a talk to decide.
///
/// # Errors
/// `not-found` when the complainant was forgotten: what is given would bring them back.
pub(super) fn remember(
    scene: &Scene<'_>,
    body: &Clarify,
    decision: &mut Decision<Row>,
) -> Result<(), Problem> {
    if body.complainant == Complainant::default() && body.order_number.is_none() {
        return Ok(());
    }
    let (context, who) = (scene.context, scene.registered.complainant);
    let own = EntryKey { space: space::PERSON, key: who.to_string() };
    let mut trail = Trail::read(context.entry(own.space, own.key.clone())).ok_or_else(|| {
        Problem::new(ProblemCode::NotFound, "the complainant was forgotten")
            .at("/complainant")
            .expected("nothing about somebody who was forgotten")
    })?;
    if body.complainant == Complainant::default() {
        return Ok(());
    }
    let traces = Traces::of(scene.intake, context.organisation(), &body.complainant);
    for key in traces.keys() {
        if context.entry(space::COMPLAINANT, key.as_str()).is_none() {
            trail.indexes.push(key.clone());
            let entry = EntryKey { space: space::COMPLAINANT, key };
            decision.entries.push(EntryChange::Put { entry, value: Value::String(who.to_string()) });
        }
    }
    let value = serde_json::to_value(&trail)
        .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
    decision.entries.push(EntryChange::Put { entry: own, value });
    decision.rows.push(Row::Complainant(Box::new(row(context, who, &body.complainant, &traces))));
    Ok(())
}
