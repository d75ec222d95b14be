//! `work.assigned`: says who may act. The state takes it; an assignment that comes too late is recorded as late.

use std::collections::BTreeSet;

use contracts::commands::Actor;
use contracts::messages::work_assigned::WorkAssigned;
use runtime::service::Decision;

use super::late;
use crate::state::State;
use crate::store::Row;

pub(super) fn decide(state: &State, assigned: &WorkAssigned) -> Decision<Row> {
    let visit = state.conversation().and_then(|conversation| conversation.visits.get(&assigned.visit));
    let Some(visit) = visit else { return Decision::nothing() };
    if visit.epoch == assigned.epoch && visit.work() == Some(assigned.work) {
        return Decision::nothing();
    }
    let by = Actor::Staff { person: assigned.person.clone(), roles: BTreeSet::new(), department: None };
    late(assigned.visit, assigned.epoch, "work.assigned", by)
}
