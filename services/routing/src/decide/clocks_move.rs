//! `clocks.move` → the running clocks of a case that run on an earlier version of a calendar run on the one that was
//! applied. Only Redress itself orders it ([`crate::applying`]); a clock that runs on it already is left.

use contracts::commands::Command;
use contracts::commands::routing::MoveClocks;
use contracts::{Problem, ProblemCode};
use runtime::service::Decision;

use super::{Desk, Outcome, redress_only};
use crate::applying::{Version, onto_calendar};
use crate::state::Applied;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let MoveClocks { calendar: to } = command.read()?;
    redress_only(&command.actor)?;
    let Some(mut draft) = desk.draft()? else { return Ok(Decision::nothing()) };
    let organisation = draft.organisation();
    let applied = organisation.and_then(|all| all.applied_calendars.get(&to.id)?.get(&to.version));
    let by = applied.ok_or_else(|| not_applied("/calendar")).map(|Applied { by, .. }| by.clone())?;
    let calendar = draft.calendar(&to)?;
    let moves = onto_calendar(&draft.case, &draft.book, draft.organisation(), &to, &calendar);
    draft.say_moves(moves, &Version::Calendar(to), &by);
    draft.finish()
}

/// Nothing moves that nobody applied.
pub(super) fn not_applied(field: &str) -> Problem {
    let problem = Problem::new(ProblemCode::NotFound, "that version was not applied").at(field);
    problem.expected("a version that an administrator applied")
}
