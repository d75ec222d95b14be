//! `decide`: somebody approves or refuses at their seat; unalterable, with dissent on record. Who approves may give
//! less than was proposed, never more: that is the next version of the proposal once the round has approved it, and who
//! decides in the round after that decides on it. It asks for no other authority, as less is never more than that.

use std::collections::BTreeMap;

use contracts::commands::Command;
use contracts::commands::approval::Decide;
use contracts::messages::decision_recorded::{Amended, Decided, DecisionRecorded};
use contracts::messages::proposal_made::Remedy;
use contracts::messages::round_opened::Purpose;
use contracts::{Fen, Problem, ProblemCode};
use runtime::service::{Context, Decision};

use super::Outcome;
use super::seat_taken::Claim;
use super::turn::{Reason, Turn};
use crate::config::Config;
use crate::state::State;

pub(super) fn decide(
    config: &Config,
    context: &Context<'_, State>,
    state: &State,
    command: &Command,
) -> Outcome {
    let order: Decide = command.read()?;
    let claim =
        Claim { visit: order.visit, epoch: order.epoch, round: order.round, purpose: Purpose::Decide };
    let turn = Turn::of(config, context, state, command, &claim)?;

    let amended = amended(&order, state, &turn)?;
    let mut decision = Decision::nothing();
    let reason = match (order.decision, &amended) {
        (Decided::Approve, None) => Reason::MayBeGiven,
        (Decided::Approve, Some(_)) => {
            Reason::Needed { detail: "giving less needs a reason", expected: "why it is less" }
        }
        (Decided::Refuse, _) => {
            Reason::Needed { detail: "a refusal needs a reason", expected: "why it is refused" }
        }
    };
    let recorded = DecisionRecorded {
        visit: order.visit,
        round: order.round,
        step: u32::try_from(turn.place.at).unwrap_or(u32::MAX),
        decision: order.decision,
        reason: turn.reason(&mut decision, order.reason.as_deref(), reason)?,
        by: command.actor.plain(),
        instead_of: turn.place.held.instead_of.clone(),
        amended,
    };
    turn.say(decision, recorded)
}

/// What is approved instead, if it is less than what is decided on: the same remedies, each with its amount or less.
fn amended(order: &Decide, state: &State, turn: &Turn<'_, '_>) -> Result<Option<Amended>, Problem> {
    if order.remedies.is_empty() {
        return Ok(None);
    }
    let invalid = |detail: &str, expected: &str| {
        Err(Problem::new(ProblemCode::InvalidField, detail).at("/remedies").expected(expected))
    };
    if order.decision == Decided::Refuse {
        return invalid("what is refused is not given for less", "no remedies, or an approval");
    }
    let round = turn.place.round;
    let fits = |version: u32| version == round.version;
    let proposal = state.proposal_of(turn.place.visit.instance).filter(|one| fits(one.version));
    let proposed = round.amended.as_ref().map(|before| &before.remedies);
    let Some(proposed) = proposed.or(proposal.map(|one| &one.remedies)).filter(|all| !all.is_empty()) else {
        return invalid("nothing was proposed that could be given for less", "no remedies");
    };
    let proposed = by_remedy(proposed);
    let mut left = proposed.clone();
    let findings: Vec<_> = order
        .remedies
        .iter()
        .enumerate()
        .filter_map(|(at, given)| beyond(at, given, left.remove(given.remedy.as_str())))
        .collect();
    if let Some(problem) = Problem::all(findings) {
        return Err(problem);
    }
    if !left.is_empty() {
        let names: Vec<_> = left.into_keys().collect();
        return invalid("each remedy that was proposed is named", &format!("also {}", names.join(", ")));
    }
    let sum =
        |all: &mut dyn Iterator<Item = Fen>| all.fold(Fen(0), |sum, fen| Fen(sum.0.saturating_add(fen.0)));
    let total = sum(&mut order.remedies.iter().map(|one| one.amount));
    if total >= sum(&mut proposed.into_values()) {
        return invalid("this is no less than what was proposed", "an amount that is less, or no remedies");
    }
    let version = round.version.saturating_add(1);
    Ok(Some(Amended { version, remedies: order.remedies.clone(), total }))
}

/// What is wrong with what is given instead of a remedy for `proposed`.
fn beyond(at: usize, given: &Remedy, proposed: Option<Fen>) -> Option<Problem> {
    let Some(proposed) = proposed else {
        let problem = Problem::new(ProblemCode::RemedyNotAllowed, "this was not proposed, or is named twice");
        return Some(problem.at(format!("/remedies/{at}/remedy")).expected("a remedy of the proposal, once"));
    };
    let (least, most) = (Fen(i64::from(proposed > Fen(0))), proposed);
    if (least..=most).contains(&given.amount) {
        return None;
    }
    let detail = if given.amount > most {
        "nobody who decides gives more than was proposed"
    } else {
        "whoever wants nothing given refuses"
    };
    let problem = Problem::new(ProblemCode::InvalidField, detail).at(format!("/remedies/{at}/amount"));
    Some(problem.expected(format!("{} to {} fen", least.0, most.0)))
}

fn by_remedy(remedies: &[Remedy]) -> BTreeMap<&str, Fen> {
    let mut sums = BTreeMap::<_, Fen>::new();
    for one in remedies {
        let sum = sums.entry(one.remedy.as_str()).or_default();
        *sum = Fen(sum.0.saturating_add(one.amount.0));
    }
    sums
}
