//! `proposal.made`: a new version voids the open round over an older one, and the next round opens. Nobody's earlier
//! decision or review counts for it (aggregate status from old rounds is the mistake of GLPI #24399).

use contracts::messages::round_closed::Voided;
use runtime::service::Decision;

use super::reopen_round::reopen;
use super::{Outcome, Scene};
use crate::state::{Open, Proposal};

pub(super) fn decide(scene: &Scene<'_, '_>) -> Outcome {
    let mut decision = Decision::nothing();
    let after = scene.after;
    let Some(proposal) = &after.proposal else { return Ok(decision) };
    let concerned = after.visits.iter().filter(|(_, visit)| visit.instance == proposal.instance);
    for (id, visit) in concerned {
        if let Some(open) = visit.open().filter(|open| is_older(open, proposal)) {
            reopen(&mut decision, scene, (*id, visit, open), Voided::NewVersion)?;
        }
    }
    Ok(decision)
}

/// A report of measures is no older for what is proposed beside it.
fn is_older(open: &Open, proposal: &Proposal) -> bool {
    let is_older = open.round.as_ref().is_none_or(|round| round.version < proposal.version);
    is_older && !open.needs.report
}
