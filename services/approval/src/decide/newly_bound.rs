//! Whoever took part in the matter while they held a seat may no longer sit there: somebody verifies or handles a side after
//! a round was opened, or judges at a side while they are to audit. The seat is asked for anew at once, not only when they
//! are refused.

use std::collections::BTreeSet;

use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{PersonId, ServiceName, SubjectRef, VisitId, WorkId};
use runtime::service::{Context, Decision, Happened};

use super::Scene;
use super::seats::{Asked, excluded, secondary};
use crate::Row;
use crate::config::Config;
use crate::state::{Held, Seat, SeatStanding, State, Visit};

/// Asks anew for the seats whose holders the input bound, in every open round.
pub(super) fn ask_anew(scene: &Scene<'_, '_>, decision: &mut Decision<Row>) {
    for (id, visit) in &scene.after.visits {
        at_visit(scene, (*id, visit), decision);
    }
}

/// The same after what an order says: whoever judges in one round may be bound in another that is open at the same time.
pub(super) fn by_what_is_said(
    config: &Config,
    context: &Context<'_, State>,
    before: &State,
    subject: &SubjectRef,
    decision: &mut Decision<Row>,
) {
    let rounds = before.visits.values().filter_map(Visit::open).filter(|open| open.round.is_some());
    if rounds.take(2).count() < 2 {
        return;
    }
    let mut after = before.clone();
    for event in &decision.events {
        after.evolve(&Happened { source: ServiceName::Approval, time: context.now(), subject, event });
    }
    ask_anew(&Scene { config, context, before, after: &after }, decision);
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
