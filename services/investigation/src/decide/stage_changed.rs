//! `stage.changed`: the visit belongs to another department; whoever held the work loses it, it is asked for again.

use contracts::WorkId;
use contracts::commands::Actor;
use contracts::messages::act_late::ActLate;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::work_requested::WorkRequested;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use runtime::service::{Context, Decision};

use crate::Row;
use crate::state::State;

pub(super) fn decide(context: &Context<'_, State>, state: &State, changed: &StageChanged) -> Decision<Row> {
    let mut decision = Decision::nothing();
    let Some(visit) = state.visits.get(&changed.visit) else { return decision };
    if changed.epoch <= visit.epoch {
        return decision;
    }
    let Some(open) = visit.open() else {
        decision.say(ActLate {
            visit: changed.visit,
            epoch: changed.epoch,
            act: "stage.changed".to_owned(),
            by: Actor::System,
        });
        return decision;
    };
    if let Some(work) = &open.work {
        decision.say(WorkWithdrawn {
            work: work.id,
            visit: changed.visit,
            reason: "reassigned".to_owned(),
            because: None,
        });
    }
    if let Some(role) = &open.needs.role {
        decision.say(WorkRequested {
            work: WorkId(context.next_id()),
            visit: changed.visit,
            epoch: changed.epoch,
            task: visit.task.as_str().to_owned(),
            role: role.clone(),
            department: changed.department.clone(),
            secondary: open.needs.secondary.clone(),
            barred: open.barred.clone(),
        });
    }
    decision
}
