//! Closing a round with a decision: the visit ends, the fact is recorded, the amount is settled.

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::decision_recorded::Decided;
use contracts::messages::round_closed::RoundClosed;
use contracts::messages::stage_completed::StageCompleted;
use contracts::results::ApprovalResult;
use contracts::{Facts, Problem, ProblemCode, VisitId};
use runtime::service::Decision;

use crate::Row;
use crate::ledger::Ledger;
use crate::state::{Open, Round};

/// A round that ends with a decision.
pub(super) struct Ending<'a> {
    /// The visit.
    pub(super) visit: VisitId,
    /// Its epoch.
    pub(super) epoch: u32,
    /// What is open of it.
    pub(super) open: &'a Open,
    /// The round with every decision in it.
    pub(super) round: &'a Round,
    /// Whether the proposal is approved.
    pub(super) approved: bool,
}

/// Says that the round and the visit ended, and settles the amount.
///
/// # Errors
/// `invalid-field` when the playbook does not foresee that end.
pub(super) fn close(
    decision: &mut Decision<Row>,
    ending: &Ending<'_>,
    by: Actor,
    ledger: &mut Ledger,
) -> Result<(), Problem> {
    let Ending { visit, epoch, open, round, approved } = *ending;
    let outcome = open.needs.outcome(if approved { "approved" } else { "refused" })?;
    let results = ApprovalResult {
        round: round.id,
        proposal: round.proposal,
        version: round.version,
        total: round.total,
        approved,
        approvers: round.voters(Decided::Approve),
        dissenters: round.voters(Decided::Refuse),
    };
    let results = serde_json::to_value(&results)
        .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
    ledger.settle(round.id, approved);
    decision.say(RoundClosed { visit, round: round.id, approved, voided: None });
    decision.say(StageCompleted {
        visit,
        epoch,
        outcome,
        facts: Facts::from([(key::approved(), approved.into())]),
        results,
        by,
    });
    Ok(())
}
