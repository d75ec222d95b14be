//! `stage.changed`: the visit belongs to another department; whoever held work of it loses it, it is asked for
//! again. Measures stay with the departments that answer for them.

use contracts::commands::Actor;
use contracts::messages::act_late::ActLate;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use runtime::service::{Context, Decision};

use super::asking::Asked;
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
    for work in open.works() {
        decision.say(WorkWithdrawn {
            work: work.id,
            visit: changed.visit,
            reason: "reassigned".to_owned(),
            because: None,
        });
    }
    let asked = Asked {
        visit: changed.visit,
        epoch: changed.epoch,
        task: visit.task,
        needs: &open.needs,
        department: &changed.department,
        barred: &open.barred,
    };
    let instance = state.instance(visit.instance);
    let measures: Vec<_> = instance.measures_of(changed.visit).collect();
    for asked in asked.everybody(context, &measures) {
        decision.say(asked);
    }
    decision
}
