//! `stage.entered`, `stage.changed`, `stage.withdrawn` → work is asked for, asked for again, or withdrawn.

use contracts::commands::Actor;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::StageEntered;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::messages::work_requested::WorkRequested;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{
    DepartmentId, Facts, OutcomeKey, PersonId, Problem, ProblemCode, StageKind, VisitId, WorkId,
};
use playbook::model::Secondary;
use playbook::{Holder, PersonNeed, Slice, StageBrief};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::Outcome;
use crate::state::{Progress, State};

pub(super) fn entered(context: &Context<'_, State>, entered: &StageEntered) -> Outcome {
    let brief: StageBrief =
        serde_json::from_value(entered.brief.clone()).map_err(|error| Problem::from_json(&error))?;
    let mut decision = Decision::nothing();
    if !needs_person(&brief) {
        // No person is needed this time, so nobody speaks for the customer: the stage ends without an answer.
        let outcome = unattended(entered.kind);
        let outcome = OutcomeKey::new(outcome)
            .map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
        decision.say(StageCompleted {
            visit: entered.visit,
            epoch: entered.epoch,
            outcome,
            facts: Facts::new(),
            results: json!({ "unattended": true }),
            by: Actor::System,
        });
        return Ok(decision);
    }
    let barred = super::barred_from(entered);
    let request =
        request(context, &brief, (entered.visit, entered.epoch), entered.kind, &entered.department, &barred)?;
    decision.say(request);
    Ok(decision)
}

pub(super) fn changed(context: &Context<'_, State>, state: &State, changed: &StageChanged) -> Outcome {
    let mut decision = Decision::nothing();
    let visit = state.conversation().and_then(|conversation| conversation.visits.get(&changed.visit));
    let Some(visit) = visit.filter(|visit| visit.progress != Progress::Left) else { return Ok(decision) };
    if let Some(work) = visit.work() {
        decision.say(WorkWithdrawn { work, visit: changed.visit, reason: "stage_changed".into() });
    }
    let place = (changed.visit, changed.epoch);
    decision.say(request(context, &visit.brief, place, visit.kind, &changed.department, &visit.barred)?);
    Ok(decision)
}

pub(super) fn withdrawn(state: &State, withdrawn: &StageWithdrawn) -> Outcome {
    let mut decision = Decision::nothing();
    let visit = state.conversation().and_then(|conversation| conversation.visits.get(&withdrawn.visit));
    if let Some(work) = visit.and_then(crate::state::Visit::work) {
        decision.say(WorkWithdrawn { work, visit: withdrawn.visit, reason: "stage_withdrawn".into() });
    }
    Ok(decision)
}

fn needs_person(brief: &StageBrief) -> bool {
    let called_back = match &brief.slice {
        Slice::Notification(slice) => {
            slice.callback.as_ref().is_none_or(|call| call.person == PersonNeed::Needed)
        }
        Slice::Nothing | Slice::Triage(_) | Slice::Investigation(_) | Slice::Approval(_) => true,
    };
    brief.person == PersonNeed::Needed && (brief.kind != StageKind::Callback || called_back)
}

const fn unattended(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Reply => "told",
        StageKind::Contact => "contacted",
        _ => "unreachable", // a callback that is not made has no answer
    }
}

fn holder(brief: &StageBrief) -> Option<&Holder> {
    let own = match &brief.slice {
        Slice::Notification(slice) if brief.kind == StageKind::Callback => {
            slice.callback.as_ref().map(|call| &call.by)
        }
        Slice::Notification(slice) if brief.kind == StageKind::Reply => {
            slice.reply.as_ref().map(|reply| &reply.replier)
        }
        Slice::Notification(_)
        | Slice::Nothing
        | Slice::Triage(_)
        | Slice::Investigation(_)
        | Slice::Approval(_) => None,
    };
    brief.owner.as_ref().or(own)
}

fn request(
    context: &Context<'_, State>,
    brief: &StageBrief,
    (visit, epoch): (VisitId, u32),
    kind: StageKind,
    department: &DepartmentId,
    barred: &[PersonId],
) -> Result<WorkRequested, Problem> {
    let nobody = || {
        Problem::new(ProblemCode::BrokenPlaybook, format!("stage {} names nobody who does it", brief.stage))
    };
    let holder = holder(brief).ok_or_else(nobody)?;
    Ok(WorkRequested {
        work: WorkId(context.next_id()),
        visit,
        epoch,
        task: kind.as_str().to_owned(),
        role: holder.role.clone(),
        department: department.clone(),
        secondary: match &brief.secondary {
            Secondary::Automatic => None,
            Secondary::Role(role) => Some(role.clone()),
        },
        barred: barred.to_vec(),
    })
}
