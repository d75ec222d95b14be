//! `stage.entered` of one of this service's kinds: a round opens, over the newest version of the proposal if there is one.

use contracts::Facts;
use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::stage_entered::StageEntered;
use runtime::service::Decision;

use super::{Outcome, Scene, open_round};
use crate::ledger::{self, Ledger};
use crate::needs::purpose_of;
use crate::state::Open;

pub(super) fn decide(scene: &Scene<'_, '_>, entered: &StageEntered) -> Outcome {
    let Scene { config, context, before, after } = *scene;
    let mut decision = Decision::nothing();
    let Some(purpose) = purpose_of(entered.kind) else { return Ok(decision) };
    if before.visits.contains_key(&entered.visit) {
        return Ok(decision);
    }
    let open = Open::of(entered, after)?;
    let Some(visit) = after.visits.get(&entered.visit) else { return Ok(decision) };
    if purpose.is_decision() && open.approved_before && !open.needs.report {
        // Status comes from the current round alone: an approval of something older is taken back.
        decision.say(FactRecorded {
            facts: Facts::from([(key::approved(), false.into())]),
            at: context.now(),
            by: Actor::System,
            visit: Some(entered.visit),
        });
    }
    let proposal = after.subject_of(entered.instance, &open);
    let total = open.total(proposal);
    let on_tally: &[_] = if ledger::counts(purpose, total) { &[proposal] } else { &[] };
    let mut ledger = Ledger::load(context, config, &open, on_tally)?;
    open_round::open(&mut decision, scene, (entered.visit, visit, &open), &mut ledger)?;
    decision.entries = ledger.changes()?;
    Ok(decision)
}
