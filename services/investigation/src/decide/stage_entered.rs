//! `stage.entered`: asks for the person who does it, or ends the visit by itself where no person is needed or a standard
//! says what is to be proposed.

use contracts::commands::Actor;
use contracts::facts::key;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::stage_entered::StageEntered;
use contracts::results::{ExecuteResult, InvestigateResult, VerifyResult};
use contracts::{Facts, Fen, Problem, ProblemCode};
use runtime::service::{Context, Decision, Heard};

use super::asking::Asked;
use super::seat::to_json;
use super::{Decided, standard};
use crate::needs::Needs;
use crate::state::{State, Task};

pub(super) fn decide(
    context: &Context<'_, State>,
    state: &State,
    heard: &Heard,
    entered: &StageEntered,
) -> Decided {
    let task = Task::of(entered.kind).filter(|_| !state.visits.contains_key(&entered.visit));
    let Some(task) = task else { return Ok(Decision::nothing()) };
    let needs = Needs::read(entered)?;
    let complaint = heard.envelope.subject.complaint_id();
    if let (Some(complaint), Some(standard)) = (complaint, standard::applies(state, entered, &needs)) {
        return standard::propose(context, state, (complaint, entered), (&needs, standard));
    }
    let mut decision = Decision::nothing();
    match Asked::entered(entered, task, &needs).owner(context) {
        Some(asked) => decision.say(asked),
        None => decision.say(alone(state, entered, task, &needs)?),
    };
    Ok(decision)
}

/// How a visit ends that needs no person.
///
/// # Errors
/// `internal`, which parks the event, where a person is needed after all: money is owed and nobody would carry it
/// out, or the playbook foresees no such end.
fn alone(
    state: &State,
    entered: &StageEntered,
    task: Task,
    needs: &Needs,
) -> Result<StageCompleted, Problem> {
    let instance = state.instance(entered.instance);
    let mut facts = Facts::new();
    let (outcome, results) = match task {
        Task::Verify => {
            facts.insert(key::substantiated(), true.into());
            ("substantiated", to_json(&VerifyResult { substantiated: true, finding: None })?)
        }
        Task::Investigate => {
            let findings = u32::try_from(instance.findings.len()).unwrap_or(u32::MAX);
            ("established", to_json(&InvestigateResult { established: true, findings })?)
        }
        Task::Propose => ("no_measure", serde_json::Value::Null),
        Task::Execute => {
            if !instance.owed().is_empty() {
                return Err(Problem::new(
                    ProblemCode::Internal,
                    format!("visit {} needs nobody, but a remedy has to be carried out", entered.visit),
                ));
            }
            ("done", to_json(&ExecuteResult { proposal: None, remedies: Vec::new(), total: Fen(0) })?)
        }
        Task::Correct => {
            let detail = format!("visit {} needs nobody, but measures are planned by people", entered.visit);
            return Err(Problem::new(ProblemCode::Internal, detail));
        }
    };
    let outcome = needs.outcome(outcome, "/outcome").map_err(|problem| {
        Problem::new(ProblemCode::Internal, format!("visit {} needs nobody, but {problem}", entered.visit))
    })?;
    Ok(StageCompleted {
        visit: entered.visit,
        epoch: entered.epoch,
        outcome,
        facts,
        results,
        by: Actor::System,
    })
}
