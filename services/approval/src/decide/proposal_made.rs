//! `proposal.made`: a new version voids the open round over an older one, and the next round opens. Nobody's earlier
//! decision or review counts for it (aggregate status from old rounds is the mistake of GLPI #24399).

use contracts::messages::round_closed::{RoundClosed, Voided};
use contracts::{Problem, VisitId};
use runtime::service::Decision;

use super::{Outcome, Scene, open_round, seats};
use crate::Row;
use crate::ledger::{self, Ledger};
use crate::state::{Open, Proposal, Visit};

pub(super) fn decide(scene: &Scene<'_, '_>) -> Outcome {
    let mut decision = Decision::nothing();
    let after = scene.after;
    let Some(proposal) = &after.proposal else { return Ok(decision) };
    let concerned = after.visits.iter().filter(|(_, visit)| visit.instance == proposal.instance);
    for (id, visit) in concerned {
        if let Some(open) = visit.open().filter(|open| is_older(open, proposal)) {
            reopen(&mut decision, scene, (*id, visit, open))?;
        }
    }
    Ok(decision)
}

fn is_older(open: &Open, proposal: &Proposal) -> bool {
    open.round.as_ref().is_none_or(|round| round.version < proposal.version)
}

fn reopen(
    decision: &mut Decision<Row>,
    scene: &Scene<'_, '_>,
    (id, visit, open): (VisitId, &Visit, &Open),
) -> Result<(), Problem> {
    let Scene { config, context, before, after } = *scene;
    let (old, new) = (before.proposal_of(visit.instance), after.proposal_of(visit.instance));
    let counted = open.round.as_ref().is_some_and(ledger::is_counted);
    let counts = |proposal: &Proposal| ledger::counts(visit.purpose, proposal.total);
    let on_tally = [(old, counted), (new, new.is_some_and(counts))];
    let on_tally: Vec<_> = on_tally.into_iter().filter(|(_, counts)| *counts).map(|(one, _)| one).collect();
    let mut ledger = Ledger::load(context, config, open, &on_tally)?;
    if let Some(round) = &open.round {
        let voided = Some(Voided::NewVersion);
        decision.say(RoundClosed { visit: id, round: round.id, approved: false, voided, agreed: None });
        seats::withdraw(decision, id, round, "new_version");
        ledger.settle(round.id, false);
    }
    open_round::open(decision, scene, (id, visit, open), &mut ledger)?;
    decision.entries.extend(ledger.changes()?);
    Ok(())
}
