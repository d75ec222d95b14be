//! `work.assigned`: says who may act. The state takes it; an assignment that comes too late is recorded as late.

use contracts::commands::Actor;
use contracts::messages::act_late::ActLate;
use contracts::messages::work_assigned::WorkAssigned;
use runtime::service::Decision;

use crate::Row;
use crate::state::State;

pub(super) fn decide(state: &State, assigned: &WorkAssigned) -> Decision<Row> {
    let mut decision = Decision::nothing();
    let Some(visit) = state.visits.get(&assigned.visit) else { return decision };
    let ours = visit.open().is_some_and(|open| open.works().any(|work| work.id == assigned.work));
    if visit.epoch != assigned.epoch || !ours {
        decision.say(ActLate {
            visit: assigned.visit,
            epoch: assigned.epoch,
            act: "work.assigned".to_owned(),
            by: Actor::Staff {
                person: assigned.person.clone(),
                roles: std::collections::BTreeSet::new(),
                department: None,
            },
        });
    }
    decision
}
