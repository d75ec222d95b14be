//! `work.assigned`: who sits at a seat. Whoever may not sit there loses it at once and somebody else is asked for:
//! a party to the matter, somebody who would decide on their own work, somebody who already sits in the round, or a
//! deputy of one of them.

use std::collections::BTreeSet;

use contracts::commands::Actor;
use contracts::messages::act_late::ActLate;
use contracts::messages::work_assigned::WorkAssigned;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{PersonId, WorkId};
use runtime::service::Decision;

use super::Scene;
use super::seats::{Asked, excluded, secondary};
use crate::Row;
use crate::config::TRIES;
use crate::state::Seat;

pub(super) fn decide(scene: &Scene<'_, '_>, assigned: &WorkAssigned) -> Decision<Row> {
    let Scene { context, before, after, .. } = *scene;
    let mut decision = Decision::nothing();
    let Some(visit) = after.visits.get(&assigned.visit) else { return decision };
    let round = visit.open().and_then(|open| open.round.as_ref().map(|round| (open, round)));
    let place = round.and_then(|(open, round)| {
        let theirs = |seat: &&Seat| seat.work == assigned.work && seat.is_out();
        let (at, step, seat) =
            round.at_work().find_map(|(at, step)| Some((at, step, step.seats.iter().find(theirs)?)))?;
        Some((open, round, (at, step), seat))
    });
    let Some((open, round, (at, step), seat)) = place.filter(|_| visit.epoch == assigned.epoch) else {
        if before.visits.contains_key(&assigned.visit) {
            decision.say(late(assigned));
        }
        return decision;
    };
    let mut barred: BTreeSet<PersonId> = excluded(after, visit, open, at);
    barred.extend(round.sitting(assigned.work));
    let taker = std::iter::once(&assigned.person).chain(assigned.instead_of.as_ref());
    let conflicting: Vec<_> = taker.clone().filter(|person| barred.contains(*person)).collect();
    // Routing heard whom not to ask. If it insists all the same, the order is refused instead.
    if conflicting.is_empty() || seat.asked >= TRIES {
        return decision;
    }
    barred.extend(taker.cloned());
    let asked = Asked {
        visit: assigned.visit,
        epoch: visit.epoch,
        purpose: round.purpose,
        role: &step.role,
        department: &step.department,
        secondary: secondary(open, &step.role),
        barred: &barred,
    };
    decision.say(WorkWithdrawn {
        work: assigned.work,
        visit: assigned.visit,
        reason: "separation_of_duty".to_owned(),
        because: None,
    });
    asked.ask(&mut decision, WorkId(context.next_id()));
    decision
}

fn late(assigned: &WorkAssigned) -> ActLate {
    ActLate {
        visit: assigned.visit,
        epoch: assigned.epoch,
        act: "work.assigned".to_owned(),
        by: Actor::Staff { person: assigned.person.clone(), roles: BTreeSet::new(), department: None },
    }
}
