//! `propose`: an immutable version of what is to be given, by whom it is owed and why; or that no measure is needed.
//! Each further proposal in the same handling is the next version and replaces the one before.

use contracts::commands::investigation::Propose;
use contracts::commands::{Actor, Command, check_text};
use contracts::facts::key;
use contracts::messages::proposal_made::{Declined, LiabilityShare, ProposalMade, Remedy};
use contracts::results::ProposalResult;
use contracts::{
    Facts, Fen, PersonId, Problem, ProblemCode, ProposalId, ServiceName, VisitId, WordId, WordRef,
};
use playbook::Liable;
use runtime::service::{Context, Decision};
use serde_json::json;

use super::seat::Seat;
use super::{Decided, remedies, seat, shares};
use crate::Row;
use crate::config::Limits;
use crate::state::{Instance, State, Task};

pub(super) fn decide(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    let order: Propose = command.read()?;
    let seat = seat::take(state, command, (order.visit, order.epoch), &[Task::Propose])?;
    check_text("/reason", &order.reason, Limits::default().text)?;
    check_liable(&order, &seat)?;
    shares::check(&order, &seat)?;
    remedies::stand(&order.remedies, &seat.instance)?;
    let total = remedies::sum(&order.remedies, &seat.open.needs.given_by(&order.liable))?;
    remedies::make_good(&order, &seat.open.needs, &seat.instance)?;
    remedies::in_order(&order, state, &seat.open.needs)?;
    seat.has_what_is_required()?;
    let outcome = if order.remedies.is_empty() { "no_measure" } else { "proposed" };
    let outcome = seat.open.needs.outcome(outcome, "/remedies")?;

    let mut decision = Decision::nothing();
    let mut keep = |text: &str| {
        decision.keep(WordId(context.next_id()), ServiceName::Investigation, seat.complaint, text)
    };
    let reason = keep(&order.reason);
    let declined =
        order.declined.iter().map(|one| Declined { remedy: one.remedy.clone(), reason: keep(&one.reason) });
    let terms = Terms {
        declined: declined.collect(),
        remedies: order.remedies,
        total,
        liable: order.liable,
        liable_person: order.liable_person,
        shares: order.shares,
        reason,
    };
    let at = Place { visit: order.visit, handling: seat.visit.instance, instance: &seat.instance };
    let results = terms.say(context, &mut decision, &at, command.actor.plain());
    let facts = facts(&results, seat.open.approved_before || seat.instance.approved.is_some());
    seat.complete(&mut decision, outcome.clone(), facts, &results)?;
    let ProposalResult { proposal, version, .. } = results;
    let answer = json!({ "outcome": outcome, "proposal": proposal, "version": version, "total": total });
    decision.answer_with(&answer)
}

/// What is proposed, by whomever.
pub(super) struct Terms {
    pub(super) remedies: Vec<Remedy>,
    pub(super) total: Fen,
    pub(super) liable: String,
    pub(super) liable_person: Option<PersonId>,
    pub(super) shares: Vec<LiabilityShare>,
    pub(super) reason: WordRef,
    pub(super) declined: Vec<Declined>,
}

/// Where it is proposed.
pub(super) struct Place<'a> {
    pub(super) visit: VisitId,
    /// Which handling of the complaint it is.
    pub(super) handling: u32,
    /// What is known of that.
    pub(super) instance: &'a Instance,
}

impl Terms {
    /// Says the next version of the proposal; with what the visit ends.
    pub(super) fn say(
        self,
        context: &Context<'_, State>,
        decision: &mut Decision<Row>,
        at: &Place<'_>,
        by: Actor,
    ) -> ProposalResult {
        let before = at.instance.proposal();
        let proposal = before.map_or_else(|| ProposalId(context.next_id()), |before| before.id);
        let version = before.map_or(1, |before| before.version.saturating_add(1));
        let results = ProposalResult {
            proposal,
            version,
            instance: at.handling,
            remedies: self.remedies.clone(),
            total: self.total,
            liable: self.liable.clone(),
            liable_person: self.liable_person.clone(),
            shares: self.shares.clone(),
            proposer: by.person().cloned(),
            investigators: at.instance.investigators(),
            reason: self.reason.clone(),
        };
        decision.say(ProposalMade {
            visit: at.visit,
            proposal,
            version,
            instance: at.handling,
            remedies: self.remedies,
            liable: self.liable,
            liable_person: self.liable_person,
            total: self.total,
            reason: self.reason,
            declined: self.declined,
            shares: self.shares,
            by,
        });
        results
    }
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
pub(super) fn facts(proposed: &ProposalResult, approved_before: bool) -> Facts {
    let mut facts = Facts::from([
        (key::liable(), proposed.liable.as_str().into()),
        (key::remedy_amount(), proposed.total.0.into()),
    ]);
    if approved_before {
        facts.insert(key::approved(), false.into());
    }
    facts
}
