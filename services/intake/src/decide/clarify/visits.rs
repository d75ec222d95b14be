//! Visits to stages of kind `clarify`: each asks for the person who does it, or ends by itself where nobody is needed.

use std::collections::BTreeSet;

use contracts::commands::Actor;
use contracts::messages::act_late::ActLate;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::StageEntered;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::messages::work_assigned::WorkAssigned;
use contracts::messages::work_requested::WorkRequested;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::results::ClarifyResult;
use contracts::{Facts, Problem, ProblemCode, StageKind, VisitId, WorkId};
use runtime::service::{Context, Decision};

use super::{CLARIFIED, TASK, to_json};
use crate::decide::Decided;
use crate::rows::Row;
use crate::state::{Needs, Standing, State, Visit};

fn known(state: &State, visit: VisitId) -> Option<&Visit> {
    state.complaint().and_then(|complaint| complaint.visits.get(&visit))
}

/// `stage.entered`.
pub(in crate::decide) fn entered(
    context: &Context<'_, State>,
    state: &State,
    entered: &StageEntered,
) -> Decided {
    // A complaint that is not on record has no visit: nobody could be asked what is missing.
    let is_ours = entered.kind == StageKind::Clarify && state.registered().is_some();
    if !is_ours || known(state, entered.visit).is_some() {
        return Ok(Decision::nothing());
    }
    let needs = Needs::read(entered)?;
    let mut decision = Decision::nothing();
    match &needs.role {
        Some(role) => decision.say(WorkRequested {
            person: None,
            due: None,
            measure: None,
            work: WorkId(context.next_id()),
            visit: entered.visit,
            epoch: entered.epoch,
            task: TASK.to_owned(),
            role: role.clone(),
            department: entered.department.clone(),
            secondary: needs.secondary.clone(),
            barred: entered.barred.clone(),
        }),
        None => decision.say(alone(entered, &needs)?),
    };
    Ok(decision)
}

/// How a visit ends that needs no person: the playbook says that all is clear already.
fn alone(entered: &StageEntered, needs: &Needs) -> Result<StageCompleted, Problem> {
    let outcome = needs.outcome(CLARIFIED).cloned().ok_or_else(|| {
        let detail = format!("visit {} needs nobody, but does not end as “{CLARIFIED}”", entered.visit);
        Problem::new(ProblemCode::Internal, detail)
    })?;
    Ok(StageCompleted {
        visit: entered.visit,
        epoch: entered.epoch,
        outcome,
        facts: Facts::new(),
        results: to_json(&ClarifyResult { restated: None, confirmed: false, supplied: Vec::new() })?,
        by: Actor::System,
    })
}

/// `stage.changed`: whoever held the work loses it, it is asked for again.
pub(in crate::decide) fn changed(
    context: &Context<'_, State>,
    state: &State,
    changed: &StageChanged,
) -> Decision<Row> {
    let mut decision = Decision::nothing();
    let Some(visit) = known(state, changed.visit).filter(|visit| changed.epoch > visit.epoch) else {
        return decision;
    };
    let Some(open) = visit.open() else {
        decision.say(late(changed.visit, changed.epoch, "stage.changed", Actor::System));
        return decision;
    };
    if let Some(work) = &open.work {
        decision.say(put_away(work.id, changed.visit, "reassigned"));
    }
    if let Some(role) = &open.needs.role {
        decision.say(WorkRequested {
            person: None,
            due: None,
            measure: None,
            work: WorkId(context.next_id()),
            visit: changed.visit,
            epoch: changed.epoch,
            task: TASK.to_owned(),
            role: role.clone(),
            department: changed.department.clone(),
            secondary: open.needs.secondary.clone(),
            barred: open.barred.clone(),
        });
    }
    decision
}

/// `stage.withdrawn`: the work goes with the visit; one that had ended is not undone.
pub(in crate::decide) fn withdrawn(state: &State, withdrawn: &StageWithdrawn) -> Decision<Row> {
    let mut decision = Decision::nothing();
    let Some(visit) = known(state, withdrawn.visit) else { return decision };
    match &visit.standing {
        Standing::Open(open) => {
            if let Some(work) = &open.work {
                decision.say(put_away(work.id, withdrawn.visit, "stage_withdrawn"));
            }
        }
        Standing::Completed(_) => {
            decision.say(late(withdrawn.visit, visit.epoch, "stage.withdrawn", Actor::System));
        }
        Standing::Withdrawn => {}
    }
    decision
}

/// `work.assigned`: the state takes it; one that comes too late is recorded as late.
pub(in crate::decide) fn assigned(state: &State, assigned: &WorkAssigned) -> Decision<Row> {
    let mut decision = Decision::nothing();
    let Some(visit) = known(state, assigned.visit) else { return decision };
    let ours = visit.open().and_then(|open| open.work.as_ref()).map(|work| work.id);
    if visit.epoch != assigned.epoch || ours != Some(assigned.work) {
        let by = Actor::Staff { person: assigned.person.clone(), roles: BTreeSet::new(), department: None };
        decision.say(late(assigned.visit, assigned.epoch, "work.assigned", by));
    }
    decision
}

fn late(visit: VisitId, epoch: u32, act: &str, by: Actor) -> ActLate {
    ActLate { visit, epoch, act: act.to_owned(), by }
}

fn put_away(work: WorkId, visit: VisitId, reason: &str) -> WorkWithdrawn {
    WorkWithdrawn { work, visit, reason: reason.to_owned(), because: None }
}
