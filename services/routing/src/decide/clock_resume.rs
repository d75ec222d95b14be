//! `clock.resume` → the clock runs on; its due time moves by exactly the counted time that it stood.

use contracts::commands::Command;
use contracts::commands::routing::ResumeClock;
use contracts::messages::clock_changed::ClockChange;
use contracts::{Problem, ProblemCode};

use super::clock_pause::change;
use super::{Desk, Outcome, clock_of_case};
use crate::state::CaseClock;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: ResumeClock = command.read()?;
    let mut draft = desk.open(&command.actor)?;
    let clock = clock_of_case(&draft.rights(), &command.actor, order.clock)?;
    may(&clock)?;
    let reason = clock.pauses.last().map(|pause| pause.reason.clone()).unwrap_or_default();
    change(&mut draft, (order.clock, clock), ClockChange::Resumed, reason, command)?;
    draft.finish()
}

/// Whether a clock may run on.
///
/// # Errors
/// `already-exists` when it runs.
pub(crate) fn may(clock: &CaseClock) -> Result<(), Problem> {
    if clock.is_paused() {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::AlreadyExists, "the clock runs already")
        .at("/clock")
        .expected("a clock that was paused"))
}
