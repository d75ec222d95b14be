//! What the case page and scenarios see of an investigation. Also the body of the queries, so that a simulation and
//! the running system are read alike. Keys and references to words, no words: those are opened for whoever may read.

use contracts::VisitId;
use serde_json::{Value, json};

use crate::needs::Execution;
use crate::state::{Instance, State, Visit};

/// What is known of one complaint as JSON.
#[must_use]
pub fn view(state: &State) -> Value {
    let visits = state.visits.iter().map(|(id, visit)| visit_line(*id, visit));
    let instances = state.instances.iter().map(|(number, instance)| instance_line(*number, instance));
    json!({ "visits": visits.collect::<Vec<_>>(), "instances": instances.collect::<Vec<_>>() })
}

/// One visit, its handling, and what may be done at it; none when there is no such visit.
#[must_use]
pub fn visit_view(state: &State, id: VisitId) -> Option<Value> {
    let visit = state.visits.get(&id)?;
    let instance = state.instance(visit.instance);
    let mut shown = visit_line(id, visit);
    shown["handling"] = instance_line(visit.instance, &instance);
    if let Some(open) = visit.open() {
        shown["may"] = json!({
            "outcomes": open.needs.outcomes,
            "remedies": open.needs.remedies,
            "by_liable": open.needs.by_liable,
            "order": open.needs.order,
            "liable": open.needs.liable,
            "lacking_facts": open.needs.lacking,
            "approval_first": open.needs.execution == Execution::AfterApproval,
            "approved": instance.is_approved(),
            "owed": instance.owed(),
        });
    }
    Some(shown)
}

fn visit_line(id: VisitId, visit: &Visit) -> Value {
    let work = visit.open().and_then(|open| open.work.as_ref());
    let measures = visit.open().into_iter().flat_map(|open| &open.measures).map(|(measure, work)| {
        json!({
            "measure": measure,
            "work": work.id,
            "person": work.holder,
            "instead_of": work.instead_of,
        })
    });
    json!({
        "visit": id,
        "stage": visit.stage,
        "task": visit.task,
        "instance": visit.instance,
        "epoch": visit.epoch,
        "open": visit.open().is_some(),
        "work": work.map(|work| work.id),
        "person": work.and_then(|work| work.holder.as_ref()),
        "instead_of": work.and_then(|work| work.instead_of.as_ref()),
        "correct": visit.open().and_then(|open| open.needs.correct.as_ref()),
        "measures": measures.collect::<Vec<_>>(),
    })
}

fn instance_line(number: u32, instance: &Instance) -> Value {
    json!({
        "instance": number,
        "verdict": instance.verdict,
        "findings": instance.findings,
        "proposals": instance.proposals,
        "approved": instance.approved,
        "executed": instance.executed,
        "accounts": instance.accounts,
        "measures": instance.measures,
        "effects": instance.effects,
    })
}
