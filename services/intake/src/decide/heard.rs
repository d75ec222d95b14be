//! What routing says. Intake keeps the playbooks, activations, calendars and directory it needs, and how far a
//! complaint has come; all of that is folded in by `state.rs`. Nothing is said in answer.
//!
//! The stage kind `register` is passed by registering itself; `clarify` is not asked for by any playbook yet: a visit
//! of that kind is left to routing's clocks.

use contracts::{Event, Problem, ProblemCode};
use runtime::service::Decision;

use super::Decided;
use crate::procedures;

/// Heard events change the state only. A document that this program cannot read is parked: registering by it
/// would guess.
pub(crate) fn decide(event: &Event) -> Decided {
    if let Event::PlaybookPublished(published) = event {
        procedures::compile(&published.document)?;
    }
    if let Event::CalendarPublished(published) = event {
        let spec: calendar::CalendarSpec =
            serde_json::from_value(published.document.clone()).map_err(|error| not_a_calendar(&error))?;
        calendar::Calendar::try_from(spec).map_err(|errors| not_a_calendar(&errors))?;
    }
    Ok(Decision::nothing())
}

fn not_a_calendar(why: &dyn std::fmt::Display) -> Problem {
    Problem::new(ProblemCode::InvalidField, format!("not a calendar: {why}"))
        .at("/document")
        .expected("a calendar as its schema has it")
}
