//! `stage.changed`: the visit belongs to another department. The round stays as it was frozen, decisions included;
//! the seats that are worked on and still undecided are asked for again, with the new epoch.

use contracts::WorkId;
use contracts::commands::Actor;
use contracts::messages::act_late::ActLate;
use contracts::messages::stage_changed::StageChanged;
use runtime::service::Decision;

use super::Scene;
use super::seats::{self, Asked, excluded, secondary};
use crate::Row;

pub(super) fn decide(scene: &Scene<'_, '_>, changed: &StageChanged) -> Decision<Row> {
    let Scene { context, before, after, .. } = *scene;
    let mut decision = Decision::nothing();
    if before.visits.get(&changed.visit).is_none_or(|visit| changed.epoch <= visit.epoch) {
        return decision;
    }
    let Some(visit) = after.visits.get(&changed.visit) else { return decision };
    let Some(open) = visit.open() else {
        decision.say(ActLate {
            visit: changed.visit,
            epoch: changed.epoch,
            act: "stage.changed".to_owned(),
            by: Actor::System,
        });
        return decision;
    };
    let Some(round) = &open.round else { return decision };
    seats::withdraw(&mut decision, changed.visit, round, "reassigned");
    for (at, step) in round.at_work() {
        let spoken = round.speakers().cloned();
        let barred = excluded(after, visit, open, at).into_iter().chain(spoken).collect();
        let asked = Asked {
            visit: changed.visit,
            epoch: changed.epoch,
            purpose: round.purpose,
            role: &step.role,
            department: &step.department,
            secondary: secondary(open, &step.role),
            barred: &barred,
        };
        for _ in step.seats.iter().filter(|seat| seat.decision().is_none()) {
            asked.ask(&mut decision, WorkId(context.next_id()));
        }
    }
    decision
}
