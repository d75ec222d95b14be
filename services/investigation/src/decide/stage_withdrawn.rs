//! `stage.withdrawn`: the visit is revoked and all its work with it. A visit that had ended is not undone.

use contracts::commands::Actor;
use contracts::messages::act_late::ActLate;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use runtime::service::Decision;

use crate::Row;
use crate::state::{Standing, State};

pub(super) fn decide(state: &State, withdrawn: &StageWithdrawn) -> Decision<Row> {
    let mut decision = Decision::nothing();
    let Some(visit) = state.visits.get(&withdrawn.visit) else { return decision };
    match &visit.standing {
        Standing::Open(open) => {
            for work in open.works() {
                decision.say(WorkWithdrawn {
                    work: work.id,
                    visit: withdrawn.visit,
                    reason: "stage_withdrawn".to_owned(),
                    because: None,
                });
            }
        }
        Standing::Completed(_) => {
            decision.say(ActLate {
                visit: withdrawn.visit,
                epoch: visit.epoch,
                act: "stage.withdrawn".to_owned(),
                by: Actor::System,
            });
        }
        Standing::Withdrawn => {}
    }
    decision
}
