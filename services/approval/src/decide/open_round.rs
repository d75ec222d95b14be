//! Opening a round: the matrix is read with the cumulated amount and its steps are frozen. Where nothing is decided there
//! is one step, the owner's of the stage, or in a meeting one for each who signs, and no amount counts.

use contracts::commands::Actor;
use contracts::messages::round_opened::{Purpose, RoundOpened, RoundStep};
use contracts::{Problem, RoundId, SubjectRef, VisitId, WorkId};
use runtime::service::Decision;

use super::close_round::{self, Ending};
use super::seats::{Asked, excluded, secondary};
use super::{Scene, incentives};
use crate::Row;
use crate::ledger::{self, Ledger};
use crate::matrix;
use crate::state::{Open, Round, Visit};

/// Opens a round at `visit` over the newest proposal of its handling, or over its report of measures, and asks for the people of its first step.
/// Where nobody has to do anything, the round closes at once: also where there is nothing to account for. The ledger must have been loaded for that proposal.
///
/// # Errors
/// `internal` on a defect, which parks the event.
pub(super) fn open(
    decision: &mut Decision<Row>,
    scene: &Scene<'_, '_>,
    (id, visit, open): (VisitId, &Visit, &Open),
    ledger: &mut Ledger,
) -> Result<(), Problem> {
    let Scene { context, after: state, .. } = *scene;
    let proposal = state.subject_of(visit.instance, open);
    let round = RoundId(context.next_id());
    let total = open.total(proposal);
    let liable = proposal.map(|proposal| proposal.liable.as_str()).or(open.liable.as_deref());
    let matter = ledger::matter(round, proposal);
    let cumulated =
        if ledger::counts(visit.purpose, total) { ledger.cumulated(&matter, total) } else { total };
    let directory = || context.peek(&SubjectRef::directory(context.organisation()));
    let incentives = match visit.purpose {
        Purpose::Account => incentives::proposed(state, open, proposal, directory().as_deref()),
        Purpose::Decide | Purpose::Review | Purpose::Audit | Purpose::Meet => Vec::new(),
    };
    let mut excluded = excluded(state, visit, open, 0);
    excluded.extend(incentives.iter().filter_map(|incentive| incentive.person.clone()));
    let mut planned = matrix::plan(open, liable, cumulated, directory, &excluded);
    if visit.purpose == Purpose::Account && incentives.is_empty() {
        planned.clear();
    }
    let steps = planned.iter().map(|step| RoundStep {
        role: step.role.clone(),
        department: step.department.clone(),
        needed: u32::try_from(step.needed).unwrap_or(u32::MAX),
        seats: (0..step.seats).map(|_| WorkId(context.next_id())).collect(),
    });
    let opened = RoundOpened {
        visit: id,
        round,
        proposal: proposal.map(|proposal| proposal.id),
        version: proposal.map_or(0, |proposal| proposal.version),
        total,
        cumulated,
        steps: steps.collect(),
        purpose: visit.purpose,
        incentives,
    };
    if ledger::counts(visit.purpose, total) {
        ledger.reserve(round, &matter, total);
    }
    decision.say(opened.clone());
    let Some(first) = opened.steps.first() else {
        let ended = Round::of(&opened, context.now());
        // Nobody is held to account by a rule alone.
        let passed = visit.purpose != Purpose::Account;
        let missed = state.missed_at(open);
        let ending = Ending { visit: id, epoch: visit.epoch, open, round: &ended, passed, missed };
        return close_round::close(decision, &ending, Actor::System, ledger);
    };
    let asked = Asked {
        visit: id,
        epoch: visit.epoch,
        purpose: visit.purpose,
        role: &first.role,
        department: &first.department,
        secondary: secondary(open, &first.role),
        barred: &excluded,
    };
    for seat in &first.seats {
        asked.ask(decision, *seat);
    }
    Ok(())
}
