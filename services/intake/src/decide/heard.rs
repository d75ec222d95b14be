//! What routing says. Intake keeps the playbooks, activations, calendars and directory it needs, and how far a
//! complaint has come; all of that is folded in by `state.rs`. The stage kind `register` is passed by registering
//! itself; a visit to a `clarify` is asked for and put away here.

use contracts::messages::playbook_published::PlaybookPublished;
use contracts::{Event, Problem, ProblemCode};
use runtime::service::{Context, Decision};

use super::{Decided, clarify};
use crate::Intake;
use crate::state::State;

/// Heard events change the state, and visits to a `clarify` ask for work. A document that this program cannot read is
/// parked: registering by it would guess.
pub(crate) fn decide(intake: &Intake, context: &Context<'_, State>, state: &State, event: &Event) -> Decided {
    match event {
        Event::StageEntered(entered) => return clarify::visits::entered(context, state, entered),
        Event::StageChanged(changed) => return Ok(clarify::visits::changed(context, state, changed)),
        Event::StageWithdrawn(withdrawn) => return Ok(clarify::visits::withdrawn(state, withdrawn)),
        Event::WorkAssigned(assigned) => return Ok(clarify::visits::assigned(state, assigned)),
        Event::PlaybookPublished(PlaybookPublished { playbook, document, .. }) => {
            intake.procedures().ready(context.organisation(), playbook, document)?;
        }
        Event::CalendarPublished(published) => {
            let spec: calendar::CalendarSpec =
                serde_json::from_value(published.document.clone()).map_err(|error| not_a_calendar(&error))?;
            calendar::Calendar::try_from(spec).map_err(|errors| not_a_calendar(&errors))?;
        }
        _ => {}
    }
    Ok(Decision::nothing())
}

fn not_a_calendar(why: &dyn std::fmt::Display) -> Problem {
    Problem::new(ProblemCode::InvalidField, format!("not a calendar: {why}"))
        .at("/document")
        .expected("a calendar as its schema has it")
}
