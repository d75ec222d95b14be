//! `clock.resume` → the clock runs on; its due time moves by exactly the counted time that it stood.

use contracts::commands::Command;
use contracts::commands::routing::ResumeClock;
use contracts::messages::clock_changed::ClockChange;
use contracts::{Problem, ProblemCode};

use super::clock_pause::{change, running};
use super::{Desk, Outcome};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: ResumeClock = command.read()?;
    let mut draft = desk.open(&command.actor)?;
    let clock = running(&draft, command, order.clock)?;
    if !clock.is_paused() {
        return Err(Problem::new(ProblemCode::AlreadyExists, "the clock runs already")
            .at("/clock")
            .expected("a clock that was paused"));
    }
    let reason = clock.pauses.last().map(|pause| pause.reason.clone()).unwrap_or_default();
    change(&mut draft, (order.clock, clock), ClockChange::Resumed, reason, command)?;
    draft.finish()
}
