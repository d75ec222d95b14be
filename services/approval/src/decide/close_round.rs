//! Closing a round that was not voided: the visit ends. After a decision the fact is recorded and the amount settled;
//! everything else allows nothing, so it records neither.

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::round_closed::RoundClosed;
use contracts::messages::round_opened::Purpose;
use contracts::messages::stage_completed::StageCompleted;
use contracts::results::{AccountResult, ApprovalResult, AuditResult, MeetResult, MissedClock, ReviewResult};
use contracts::{Facts, Problem, ProblemCode, VisitId};
use runtime::service::Decision;
use serde_json::Value;

use crate::Row;
use crate::ledger::Ledger;
use crate::state::{Open, Round};

/// A round that ends.
pub(super) struct Ending<'a> {
    /// The visit.
    pub(super) visit: VisitId,
    /// Its epoch.
    pub(super) epoch: u32,
    /// What is open of it.
    pub(super) open: &'a Open,
    /// The round with everything that was said in it.
    pub(super) round: &'a Round,
    /// Whether all its steps were passed.
    pub(super) passed: bool,
    /// The clocks that ran out and that it is about; of accountability alone.
    pub(super) missed: Vec<MissedClock>,
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
    let Ending { visit, epoch, open, round, passed, .. } = *ending;
    let (field, facts) = match round.purpose {
        // What becomes of a report is no fact of the proposal: routing makes it one of its own.
        Purpose::Decide if open.needs.report => ("/decision", Facts::new()),
        Purpose::Decide => ("/decision", decided(round, passed)),
        Purpose::Review | Purpose::Audit => ("/verdict", Facts::new()),
        Purpose::Meet => ("/signature", Facts::new()),
        Purpose::Account => ("/decisions", Facts::new()),
    };
    let outcome = open.needs.outcome(outcome(round.purpose, passed), field)?;
    let approved = passed && round.purpose.is_decision();
    let agreed = (!round.purpose.is_decision()).then_some(passed);
    let amended = round.amended.clone().filter(|_| approved);
    let total = amended.as_ref().map_or(round.total, |amended| amended.total);
    ledger.settle(round.id, approved.then_some(total));
    decision.say(RoundClosed { visit, round: round.id, approved, voided: None, agreed, amended });
    decision.say(StageCompleted { visit, epoch, outcome, facts, results: results(ending)?, by });
    Ok(())
}

/// What is known once it was decided: for less than was proposed, that amount.
fn decided(round: &Round, passed: bool) -> Facts {
    let mut facts = Facts::from([(key::approved(), passed.into())]);
    if let Some(amended) = round.amended.as_ref().filter(|_| passed) {
        facts.insert(key::remedy_amount(), amended.total.0.into());
    }
    facts
}

/// With what the visit of such a round ends.
pub(super) const fn outcome(purpose: Purpose, passed: bool) -> &'static str {
    match (purpose, passed) {
        (Purpose::Decide, true) => "approved",
        (Purpose::Decide, false) => "refused",
        (Purpose::Review | Purpose::Meet, true) => "agreed",
        (Purpose::Review, false) => "objected",
        (Purpose::Meet, false) => "not_agreed",
        (Purpose::Audit, true) => "passed",
        (Purpose::Audit, false) => "failed",
        (Purpose::Account, true) => "decided",
        (Purpose::Account, false) => "dropped",
    }
}

fn results(ending: &Ending<'_>) -> Result<Value, Problem> {
    let Ending { round, passed, .. } = *ending;
    let Round { id, proposal, version, total, .. } = *round;
    let (in_favour, against) = (round.voters(true), round.voters(false));
    let results = match round.purpose {
        Purpose::Decide => {
            let amended = round.amended.clone().filter(|_| passed);
            serde_json::to_value(ApprovalResult {
                round: id,
                proposal,
                version: amended.as_ref().map_or(version, |amended| amended.version),
                total: amended.as_ref().map_or(total, |amended| amended.total),
                approved: passed,
                approvers: in_favour,
                dissenters: against,
                amended,
            })
        }
        Purpose::Review => serde_json::to_value(ReviewResult {
            round: id,
            proposal,
            version,
            agreed: passed,
            agreeing: in_favour,
            objecting: against,
        }),
        Purpose::Meet => serde_json::to_value(MeetResult {
            round: id,
            proposal,
            version,
            agreed: passed,
            opinion: round.opinion().cloned(),
            signed: in_favour,
            refused: against,
        }),
        Purpose::Audit => serde_json::to_value(AuditResult {
            round: id,
            passed,
            auditors: if passed { in_favour } else { against },
        }),
        Purpose::Account => {
            let (decisions, clocks) = (round.decided.clone(), ending.missed.clone());
            serde_json::to_value(AccountResult { round: id, decisions, clocks })
        }
    };
    results.map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
}
