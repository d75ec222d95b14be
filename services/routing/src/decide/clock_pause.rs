//! `clock.pause` → the clock stands still, for a reason that the playbook lists.

use contracts::commands::Command;
use contracts::commands::routing::PauseClock;
use contracts::messages::clock_changed::{ClockChange, ClockChanged};
use contracts::{ClockId, Problem, ProblemCode};

use super::{Desk, Outcome, directs};
use crate::draft::Draft;
use crate::state::CaseClock;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: PauseClock = command.read()?;
    let mut draft = desk.open(&command.actor)?;
    let clock = running(&draft, command, order.clock)?;
    let model = draft.model(&clock)?;
    if !model.pausable.iter().any(|reason| reason.as_str() == order.reason) {
        let reasons: Vec<_> = model.pausable.iter().map(playbook::Key::as_str).collect();
        let expected =
            if reasons.is_empty() { "nothing pauses this clock".to_owned() } else { reasons.join(", ") };
        let problem = Problem::new(ProblemCode::InvalidField, "the playbook does not list this reason");
        return Err(problem.at("/reason").expected(expected));
    }
    if clock.is_paused() {
        return Err(Problem::new(ProblemCode::AlreadyExists, "the clock stands still already")
            .at("/clock")
            .expected("a clock that runs"));
    }
    change(&mut draft, (order.clock, clock), ClockChange::Paused, order.reason, command)?;
    draft.finish()
}

/// The running clock that a command names, if the actor has to do with the case.
pub(super) fn running(draft: &Draft<'_>, command: &Command, id: ClockId) -> Result<CaseClock, Problem> {
    let found = draft.case.clocks.get(&id).filter(|clock| clock.is_running()).cloned();
    let clock =
        found.ok_or_else(|| Problem::new(ProblemCode::NotFound, "no such clock is running").at("/clock"))?;
    let directory = draft.directory();
    let concerned = command.actor.person().is_some_and(|person| {
        draft.case.held_by(person) > 0
            || draft
                .case
                .works
                .values()
                .filter_map(|work| work.holder())
                .any(|id| directory.is_above(person, id))
    });
    let here = draft.case.main_visit().map(|(_, visit)| visit.department.clone());
    if concerned || directs(draft, &here.unwrap_or_else(|| draft.responsible()), &command.actor) {
        return Ok(clock);
    }
    Err(Problem::new(ProblemCode::NotAllowed, "only who works on the case, or a manager, may do this")
        .at("/actor")
        .expected("somebody who works on the case, or directs the department"))
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
