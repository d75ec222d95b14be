//! What the case page and scenarios see of approvals, reviews, audits, meetings and accountability. Also the body of the
//! queries, so that a simulation and the running system are read alike. References to words, no words: those are opened
//! for whoever may read.

use contracts::VisitId;
use serde_json::{Value, json};

use crate::state::{Round, State};

/// What is known of one complaint as JSON: rounds and who said what in them.
#[must_use]
pub fn view(state: &State) -> Value {
    let visits = state.visits.iter().map(|(id, visit)| {
        json!({
            "visit": id,
            "stage": visit.stage,
            "purpose": visit.purpose,
            "instance": visit.instance,
            "epoch": visit.epoch,
            "open": visit.open().is_some(),
            "round": visit.open().and_then(|open| open.round.as_ref()),
            "rounds": visit.rounds,
        })
    });
    json!({ "proposal": state.proposal, "visits": visits.collect::<Vec<_>>() })
}

/// One round of `visit`, with who may not decide in it.
#[must_use]
pub fn round_view(state: &State, visit: VisitId, round: &Round) -> Value {
    let at = state.visits.get(&visit);
    let step = round.current().map(|(at, _)| at).filter(|_| round.closing.is_none());
    let proposal = state
        .proposal
        .as_ref()
        .filter(|newest| Some(newest.id) == round.proposal && newest.version == round.version);
    json!({
        "visit": visit,
        "epoch": at.map(|visit| visit.epoch),
        "round": round,
        "step": step,
        "proposal": proposal,
        "excluded": at.map(|visit| state.bound(visit, step.unwrap_or(0))),
    })
}
