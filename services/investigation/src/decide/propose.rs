//! `propose`: an immutable version of what is to be given, by whom it is owed and why; or that no measure is needed.
//! Each further proposal in the same handling is the next version and replaces the one before.

use contracts::commands::investigation::Propose;
use contracts::commands::{Command, check_text};
use contracts::facts::key;
use contracts::messages::proposal_made::{Declined, ProposalMade};
use contracts::results::ProposalResult;
use contracts::{Facts, Fen, Problem, ProblemCode, ProposalId, ServiceName, WordId};
use playbook::Liable;
use runtime::service::{Context, Decision};
use serde_json::json;

use super::seat::Seat;
use super::{Decided, remedies, seat, shares};
use crate::config::Limits;
use crate::state::{State, Task};

pub(super) fn decide(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    let order: Propose = command.read()?;
    let seat = seat::take(state, command, (order.visit, order.epoch), &[Task::Propose])?;
    check_text("/reason", &order.reason, Limits::default().text)?;
    check_liable(&order, &seat)?;
    shares::check(&order, &seat)?;
    remedies::stand(&order.remedies, &seat.instance)?;
    let total = remedies::sum(&order.remedies, &seat.open.needs)?;
    remedies::in_order(&order, state, &seat.open.needs)?;
    seat.has_what_is_required()?;
    let outcome = if order.remedies.is_empty() { "no_measure" } else { "proposed" };
    let outcome = seat.open.needs.outcome(outcome, "/remedies")?;

    let mut decision = Decision::nothing();
    let words = WordId(context.next_id());
    let reason = decision.keep(words, ServiceName::Investigation, seat.complaint, &order.reason);
    let declined = order.declined.iter().map(|one| Declined {
        remedy: one.remedy.clone(),
        reason: decision.keep(
            WordId(context.next_id()),
            ServiceName::Investigation,
            seat.complaint,
            &one.reason,
        ),
    });
    let declined: Vec<_> = declined.collect();
    let before = seat.instance.proposal();
    let proposal = before.map_or_else(|| ProposalId(context.next_id()), |before| before.id);
    let version = before.map_or(1, |before| before.version.saturating_add(1));
    let results = ProposalResult {
        proposal,
        version,
        instance: seat.visit.instance,
        remedies: order.remedies.clone(),
        total,
        liable: order.liable.clone(),
        liable_person: order.liable_person.clone(),
        shares: order.shares.clone(),
        proposer: command.actor.person().cloned(),
        investigators: seat.instance.investigators(),
        reason: reason.clone(),
    };
    let facts = facts(&order.liable, total, &seat);
    decision.say(ProposalMade {
        visit: order.visit,
        proposal,
        version,
        instance: seat.visit.instance,
        remedies: order.remedies,
        liable: order.liable,
        liable_person: order.liable_person,
        total,
        reason,
        declined,
        shares: order.shares,
        by: command.actor.plain(),
    });
    seat.complete(&mut decision, outcome.clone(), facts, &results)?;
    let answer = json!({ "outcome": outcome, "proposal": proposal, "version": version, "total": total });
    decision.answer_with(&answer)
}

/// Who may be at fault by the playbook.
pub(super) fn parties<'a>(seat: &'a Seat<'_>) -> &'a [Liable] {
    let declared = seat.open.needs.liable.as_slice();
    if declared.is_empty() { Liable::ALL } else { declared }
}

fn check_liable(order: &Propose, seat: &Seat<'_>) -> Result<(), Problem> {
    let known = parties(seat);
    if !known.iter().any(|party| party.as_str() == order.liable) {
        let words: Vec<_> = known.iter().copied().map(Liable::as_str).collect();
        return Err(Problem::new(ProblemCode::InvalidField, "the playbook knows no such liable party")
            .at("/liable")
            .expected(words.join(", ")));
    }
    if order.liable == Liable::Person.as_str() && order.liable_person.is_none() {
        return Err(Problem::new(ProblemCode::MissingField, "a liable person has to be named")
            .at("/liable_person")
            .expected("the person, who may then not decide on it"));
    }
    Ok(())
}

/// A new version is not approved, whatever an earlier one was: the fact is taken back where it was on record.
fn facts(liable: &str, total: Fen, seat: &Seat<'_>) -> Facts {
    let mut facts = Facts::from([(key::liable(), liable.into()), (key::remedy_amount(), total.0.into())]);
    if seat.open.approved_before || seat.instance.approved.is_some() {
        facts.insert(key::approved(), false.into());
    }
    facts
}
