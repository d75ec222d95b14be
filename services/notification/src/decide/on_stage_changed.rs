//! `stage.changed`: the visit belongs to another department; whoever held the work loses it, it is asked for again.

use contracts::commands::Actor;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use runtime::service::{Context, Decision};

use super::on_stage_entered::{Asked, request};
use super::{Outcome, late};
use crate::state::{Progress, State};

pub(super) fn decide(context: &Context<'_, State>, state: &State, changed: &StageChanged) -> Outcome {
    let visit = state.conversation().and_then(|conversation| conversation.visits.get(&changed.visit));
    let Some(visit) = visit.filter(|visit| changed.epoch > visit.epoch) else {
        return Ok(Decision::nothing());
    };
    if visit.progress == Progress::Left {
        return Ok(late(changed.visit, changed.epoch, "stage.changed", Actor::System));
    }
    let mut decision = Decision::nothing();
    let Some(work) = visit.work() else { return Ok(decision) }; // it waits for the customer alone
    decision.say(WorkWithdrawn { work, visit: changed.visit, reason: "stage_changed".into(), because: None });
    let asked = Asked {
        visit: changed.visit,
        epoch: changed.epoch,
        department: &changed.department,
        barred: &visit.barred,
    };
    decision.say(request(context, &visit.brief, &asked)?);
    Ok(decision)
}
