//! Business timers → `clock.missed`, `case.escalated`, rulings that are due, work that moves because its holder is away.

use contracts::{ClockId, Problem, ProblemCode, WorkId};
use runtime::service::{Decision, Due};
use serde::Deserialize;

use super::{Desk, Outcome};
use crate::choosing::NOBODY;
use crate::draft::Draft;
use crate::state::WorkState;

/// What was stored with a timer.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Payload {
    Rung { clock: ClockId, rung: String, epoch: u32 },
    Clock { clock: ClockId },
    Work { work: WorkId },
    Ruling { ruling: WorkId, missed: bool },
}

pub(super) fn decide(desk: &Desk<'_>, due: &Due) -> Outcome {
    let Some(mut draft) = desk.draft()? else { return Ok(Decision::nothing()) };
    if draft.case.is_closed() {
        return Ok(Decision::nothing());
    }
    let payload = Payload::deserialize(&due.payload)
        .map_err(|error| Problem::new(ProblemCode::Internal, format!("timer {}: {error}", due.key)))?;
    match payload {
        Payload::Clock { clock } => {
            let is_due = |clock: &&crate::state::CaseClock| {
                clock.is_running() && clock.due.is_some_and(|at| at <= draft.context.now())
            };
            if draft.case.clocks.get(&clock).filter(is_due).is_some() {
                draft.miss(clock)?;
            }
        }
        Payload::Rung { clock, rung, epoch } => {
            if draft.case.clocks.get(&clock).is_some_and(|clock| clock.epoch == epoch) {
                draft.fire(clock, &rung)?;
            }
        }
        Payload::Work { work } => look_again(&mut draft, work),
        Payload::Ruling { ruling, missed } => draft.ruling_due(ruling, missed)?,
    }
    draft.advance()?; // a rung may have raised the level, on which the way on depends
    draft.finish()
}

/// Looks again at who has a piece of work: those who are away or gone lose it, queued work may find somebody.
pub(super) fn look_again(draft: &mut Draft<'_>, id: WorkId) {
    draft.retime.insert(id);
    let Some(work) = draft.case.works.get(&id).cloned() else { return };
    match &work.state {
        WorkState::Held { person, .. } => {
            let there = draft.directory().is_present(person, draft.context.now());
            if !there || draft.barred_from_work(id, &work).contains(person) {
                draft.move_on(id);
            }
        }
        WorkState::Queued { reason, .. } if reason == NOBODY => draft.find_for_queued(id),
        // Somebody gave it back: a person takes it, or is given it.
        WorkState::Queued { .. } => {}
    }
}
