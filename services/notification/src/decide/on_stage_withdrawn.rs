//! `stage.withdrawn`: the visit is revoked, and its work with it; one that has ended is told as late.

use contracts::commands::Actor;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use runtime::service::Decision;

use super::late;
use crate::state::{Progress, State};
use crate::store::Row;

pub(super) fn decide(state: &State, withdrawn: &StageWithdrawn) -> Decision<Row> {
    let visit = state.conversation().and_then(|conversation| conversation.visits.get(&withdrawn.visit));
    let Some(visit) = visit else { return Decision::nothing() };
    if visit.progress == Progress::Left {
        return late(withdrawn.visit, visit.epoch, "stage.withdrawn", Actor::System);
    }
    let mut decision = Decision::nothing();
    if let Some(work) = visit.work() {
        decision.say(WorkWithdrawn {
            work,
            visit: withdrawn.visit,
            reason: "stage_withdrawn".into(),
            because: None,
        });
    }
    decision
}
