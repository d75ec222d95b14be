//! `stage.completed` → the way on, or `act.late` when the visit was left meanwhile.

use contracts::Event;
use contracts::messages::act_late::ActLate;
use contracts::messages::stage_completed::StageCompleted;
use runtime::service::Decision;

use super::{Desk, Outcome};

pub(super) fn decide(desk: &Desk<'_>, said: &StageCompleted) -> Outcome {
    let Some(mut draft) = desk.draft()? else { return Ok(Decision::nothing()) };
    let before = draft.before().filter(|case| case.is_ended_by(said));
    let Some(visit) = before.and_then(|case| case.visits.get(&said.visit)).cloned() else {
        let act = "stage.completed".to_owned();
        let late = ActLate { visit: said.visit, epoch: said.epoch, act, by: said.by.clone() };
        draft.say(Event::from(late));
        return draft.finish();
    };
    draft.tell_accounted(visit.kind, &said.results)?; // before the case may close
    draft.after_visit(said.visit, &visit, (&said.facts, &said.results))?;
    draft.finish()
}
