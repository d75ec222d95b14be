//! Whoever took part in the matter while they held a seat may no longer sit there: somebody verifies or handles a side after
//! a round was opened. The seat is asked for anew at once, not only when they are refused.

use std::collections::BTreeSet;

use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{PersonId, VisitId, WorkId};
use runtime::service::Decision;

use super::Scene;
use super::seats::{Asked, excluded, secondary};
use crate::Row;
use crate::state::{Held, Seat, SeatStanding, Visit};

/// Asks anew for the seats whose holders the input bound, in every open round.
pub(super) fn ask_anew(scene: &Scene<'_, '_>, decision: &mut Decision<Row>) {
    for (id, visit) in &scene.after.visits {
        at_visit(scene, (*id, visit), decision);
    }
}

fn at_visit(scene: &Scene<'_, '_>, (id, visit): (VisitId, &Visit), decision: &mut Decision<Row>) {
    let Scene { context, before, after, .. } = *scene;
    let Some(open) = visit.open() else { return };
    let Some(round) = &open.round else { return };
    for (at, step) in round.at_work() {
        let were_bound = before.visits.get(&id).map(|visit| before.bound(visit, at)).unwrap_or_default();
        let newly: BTreeSet<PersonId> = after.bound(visit, at).difference(&were_bound).cloned().collect();
        if newly.is_empty() {
            continue;
        }
        let bound = |held: &Held| held.voices().any(|voice| newly.contains(voice));
        let taken = |seat: &&Seat| matches!(&seat.standing, SeatStanding::Held(held) if bound(held));
        for seat in step.seats.iter().filter(taken) {
            let barred =
                excluded(after, visit, open, at).into_iter().chain(round.sitting(seat.work)).collect();
            let asked = Asked {
                visit: id,
                epoch: visit.epoch,
                purpose: round.purpose,
                role: &step.role,
                department: &step.department,
                secondary: secondary(open, &step.role),
                barred: &barred,
            };
            let reason = "separation_of_duty".to_owned();
            decision.say(WorkWithdrawn { work: seat.work, visit: id, reason, because: None });
            asked.ask(decision, WorkId(context.next_id()));
        }
    }
}
