//! `clock.pause` → the clock stands still, for a reason that the playbook lists.

use contracts::commands::Command;
use contracts::commands::routing::PauseClock;
use contracts::messages::clock_changed::{ClockChange, ClockChanged};
use contracts::{ClockId, Problem, ProblemCode};

use super::{Desk, Outcome, clock_of_case};
use crate::draft::Draft;
use crate::rights::Rights;
use crate::state::CaseClock;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: PauseClock = command.read()?;
    let mut draft = desk.open(&command.actor)?;
    let clock = clock_of_case(&draft.rights(), &command.actor, order.clock)?;
    let model = draft.model(&clock)?;
    if !model.pausable.iter().any(|reason| reason.as_str() == order.reason) {
        let reasons: Vec<_> = model.pausable.iter().map(playbook::Key::as_str).collect();
        let expected =
            if reasons.is_empty() { "nothing pauses this clock".to_owned() } else { reasons.join(", ") };
        let problem = Problem::new(ProblemCode::InvalidField, "the playbook does not list this reason");
        return Err(problem.at("/reason").expected(expected));
    }
    may(&draft.rights(), &clock)?;
    change(&mut draft, (order.clock, clock), ClockChange::Paused, order.reason, command)?;
    draft.finish()
}

/// Whether a clock may be paused at all now.
///
/// # Errors
/// `not-allowed` where the playbook names no reason, `already-exists` when it stands still.
pub(crate) fn may(rights: &Rights<'_>, clock: &CaseClock) -> Result<(), Problem> {
    let model = rights.book.clock(&clock.key);
    if model.is_none_or(|model| model.pausable.is_empty()) {
        let problem = Problem::new(ProblemCode::NotAllowed, "nothing pauses this clock").at("/clock");
        return Err(problem.expected("a clock that may be paused"));
    }
    if clock.is_paused() {
        return Err(Problem::new(ProblemCode::AlreadyExists, "the clock stands still already")
            .at("/clock")
            .expected("a clock that runs"));
    }
    Ok(())
}

/// Says the change, with the due time that follows from it.
pub(super) fn change(
    draft: &mut Draft<'_>,
    (id, clock): (ClockId, CaseClock),
    change: ClockChange,
    reason: String,
    command: &Command,
) -> Result<(), Problem> {
    let (at, by) = (draft.at, command.actor.plain());
    let said = |due| ClockChanged {
        clock: id,
        key: clock.key.clone(),
        change,
        at,
        due,
        calendar: None,
        reason: reason.clone(),
        by: by.clone(),
    };
    let mut after = clock.clone();
    after.changed(&said(None), draft.context.now());
    let due = draft.due_now(&after)?.at();
    draft.say(said(due));
    Ok(())
}
