//! `stage.changed`: the visit belongs to another department. The round stays as it was frozen, decisions included;
//! the seats of the current step that are still undecided are asked for again, with the new epoch.

use contracts::commands::Actor;
use contracts::messages::act_late::ActLate;
use contracts::messages::stage_changed::StageChanged;
use contracts::{PersonId, WorkId};
use runtime::service::Decision;

use super::Scene;
use super::seats::{self, Asked, excluded, secondary};
use crate::Row;
use crate::state::{Held, Round, Seat};

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
    let Some((_, step)) = round.current() else { return decision };
    seats::withdraw(&mut decision, changed.visit, round, "reassigned");
    let barred = excluded(after, visit, open).into_iter().chain(deciders(round)).collect();
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
    decision
}

fn deciders(round: &Round) -> impl Iterator<Item = PersonId> {
    let decided = round.seats().filter(|seat| seat.decision().is_some());
    decided.filter_map(Seat::holder).flat_map(Held::voices).cloned()
}
