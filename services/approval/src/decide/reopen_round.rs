//! A round is voided and the next opens, because what it is about is no longer the same.

use contracts::messages::round_closed::{RoundClosed, Voided};
use contracts::{Problem, VisitId};
use runtime::service::Decision;

use super::{Scene, open_round, seats};
use crate::Row;
use crate::ledger::{self, Ledger};
use crate::state::{Open, Proposal, Round, Visit};

/// Voids the round that is open at a visit, if there is one, and opens the next. What was said in it stays on record.
///
/// # Errors
/// `internal` on a defect, which parks the event.
pub(super) fn reopen(
    decision: &mut Decision<Row>,
    scene: &Scene<'_, '_>,
    (id, visit, open): (VisitId, &Visit, &Open),
    why: Voided,
) -> Result<(), Problem> {
    let Scene { config, context, before, after } = *scene;
    let (old, new) = (before.subject_of(visit.instance, open), after.subject_of(visit.instance, open));
    let counted = open.round.as_ref().is_some_and(ledger::is_counted);
    let counts = |proposal: &Proposal| ledger::counts(visit.purpose, proposal.total);
    let on_tally = [(old, counted), (new, new.is_some_and(counts))];
    let on_tally: Vec<_> = on_tally.into_iter().filter(|(_, counts)| *counts).map(|(one, _)| one).collect();
    let mut ledger = Ledger::load(context, config, open, &on_tally)?;
    if let Some(round) = &open.round {
        void(decision, id, round, why);
        ledger.settle(round.id, None);
    }
    open_round::open(decision, scene, (id, visit, open), &mut ledger)?;
    decision.entries.extend(ledger.changes()?);
    Ok(())
}

/// Ends a round without a decision and lets its people go.
pub(super) fn void(decision: &mut Decision<Row>, visit: VisitId, round: &Round, why: Voided) {
    decision.say(RoundClosed {
        visit,
        round: round.id,
        approved: false,
        voided: Some(why),
        agreed: None,
        amended: None,
    });
    seats::withdraw(decision, visit, round, reason(why));
}

/// Why its people are let go.
const fn reason(why: Voided) -> &'static str {
    match why {
        Voided::NewVersion => "new_version",
        Voided::NewCause => "new_cause",
        Voided::StageWithdrawn => "stage_withdrawn",
    }
}
