//! Whether somebody may act on a visit: the same questions, in the same order, for every order; and how a visit ends.

use contracts::commands::{Actor, Command};
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{FactKey, Facts, OutcomeKey, Problem, ProblemCode, RoleKey, StageKind, VisitId};
use playbook::model::Secondary;
use playbook::{Holder, Slice, StageBrief};
use runtime::service::Decision;
use serde_json::Value;

use crate::state::{Conversation, Progress, Visit};
use crate::store::Row;

/// The visit at which the actor of `command` holds the work.
///
/// # Errors
/// In this order: `not-allowed` (not staff), `wrong-stage`, `visit-left`, `stale-epoch`, `conflict-of-interest`,
/// `not-allowed` (another role), `not-the-holder`. Who holds the work is routing's answer; here nobody else may act,
/// even with the same role: one voice.
pub(super) fn held<'a>(
    conversation: &'a Conversation,
    command: &Command,
    (id, epoch): (VisitId, u32),
    kinds: &[StageKind],
) -> Result<&'a Visit, Problem> {
    let Some(person) = command.actor.person() else {
        let problem = Problem::new(ProblemCode::NotAllowed, "only staff may do this");
        return Err(problem.at("/actor").expected("a member of staff"));
    };
    let visit = open(conversation, id, kinds)?;
    if epoch != visit.epoch {
        return Err(Problem::new(ProblemCode::StaleEpoch, "the work was reassigned since")
            .at("/epoch")
            .expected(visit.epoch.to_string()));
    }
    let (holder, stands_in_for) = match &visit.progress {
        Progress::Held { person, instead_of, .. } => (Some(person), instead_of.as_ref()),
        Progress::Requested { .. } | Progress::Unattended | Progress::Left => (None, None),
    };
    // A delegate may not do what the giver may not do.
    if visit.barred.iter().any(|barred| barred == person || Some(barred) == stands_in_for) {
        let detail = "whoever handled the case or is a party to it keeps out";
        let problem = Problem::new(ProblemCode::ConflictOfInterest, detail).at("/actor");
        return Err(problem.expected("somebody who is no party to the matter"));
    }
    match holder {
        Some(holder) if holder == person => Ok(visit),
        Some(_) | None if !has_role(&command.actor, &visit.brief) => {
            let problem = Problem::new(ProblemCode::NotAllowed, "this is the work of another role");
            Err(problem.at("/actor").expected(roles_of(&visit.brief)))
        }
        Some(holder) => {
            let problem = Problem::new(ProblemCode::NotTheHolder, "somebody else holds this work");
            Err(problem.at("/actor").expected(holder.to_string()))
        }
        None => {
            let problem = Problem::new(ProblemCode::NotTheHolder, "nobody holds this work yet");
            Err(problem.at("/actor").expected("take it first"))
        }
    }
}

/// The visit that an order names: known, of one of `kinds`, and not left.
///
/// # Errors
/// `wrong-stage` or `visit-left`, at `/visit`.
pub(super) fn open<'a>(
    conversation: &'a Conversation,
    id: VisitId,
    kinds: &[StageKind],
) -> Result<&'a Visit, Problem> {
    let wrong = |what: String| {
        let kinds = kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        let problem = Problem::new(ProblemCode::WrongStage, what).at("/visit");
        problem.expected(format!("the open visit to a stage of kind {kinds}"))
    };
    let visit = conversation.visits.get(&id);
    let visit = visit.ok_or_else(|| wrong("the case is not at such a visit".to_owned()))?;
    if !kinds.contains(&visit.kind) {
        return Err(wrong(format!("the visit is of kind {}", visit.kind)));
    }
    if visit.progress == Progress::Left {
        let problem = Problem::new(ProblemCode::VisitLeft, "that visit to the stage has ended");
        return Err(problem.at("/visit").expected("a visit that is still open"));
    }
    Ok(visit)
}

/// Before anything is told, whoever was reached is identified as the playbook asks.
///
/// # Errors
/// `missing-field` naming what is asked; `invalid-field` when it is somebody else, who was then not the one to reach.
pub(super) fn identified(visit: &Visit, reached: bool, verified: Option<bool>) -> Result<(), Problem> {
    let asked = visit.slice().map_or(&[][..], |slice| slice.identity_check.as_slice());
    let asked = || asked.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", ");
    match (reached, verified) {
        (true, None) if !asked().is_empty() => {
            let problem =
                Problem::new(ProblemCode::MissingField, "whoever was reached is not identified yet");
            Err(problem.at("/identity_verified").expected(format!("true, once these agree: {}", asked())))
        }
        (true, Some(false)) => {
            let problem = Problem::new(ProblemCode::InvalidField, "whoever was reached is not the customer");
            Err(problem.at("/identity_verified").expected("true, or a customer who was not reached"))
        }
        (true, None | Some(true)) | (false, _) => Ok(()),
    }
}

/// Who does it by the playbook: the owner of the stage, else who calls back or replies at all.
pub(super) fn holder(brief: &StageBrief) -> Option<&Holder> {
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

/// The role to turn to when nobody of the first is there.
pub(super) fn secondary(brief: &StageBrief) -> Option<&RoleKey> {
    match &brief.secondary {
        Secondary::Automatic => None,
        Secondary::Role(role) => Some(role),
    }
}

/// The roles whose work it is.
fn roles(brief: &StageBrief) -> impl Iterator<Item = &RoleKey> {
    [holder(brief).map(|holder| &holder.role), secondary(brief)].into_iter().flatten()
}

fn has_role(actor: &Actor, brief: &StageBrief) -> bool {
    roles(brief).any(|role| actor.holds(role.as_str()))
}

fn roles_of(brief: &StageBrief) -> String {
    let named: Vec<_> = roles(brief).map(RoleKey::as_str).collect();
    if named.is_empty() { "the role that the playbook names".to_owned() } else { named.join(", ") }
}

/// Whether all facts that the playbook requires of a stage are on record: the first of `known` that knows one counts.
///
/// # Errors
/// `missing-field` naming the first that is not.
pub(super) fn has_what_is_required(brief: &StageBrief, known: &[&Facts]) -> Result<(), Problem> {
    let on_record = |key: &&FactKey| {
        let fact = known.iter().find_map(|facts| facts.get(*key));
        fact.is_some_and(|value| value.as_bool() != Some(false))
    };
    let Some(fact) = brief.requires.facts.iter().find(|key| !on_record(key)) else { return Ok(()) };
    let problem = Problem::new(ProblemCode::MissingField, format!("{fact} is not on record"));
    Err(problem.at(format!("/facts/{fact}")).expected("what the stage requires before it ends"))
}

/// How a visit ends.
pub(super) struct End<'a> {
    /// The visit's id.
    pub(super) id: VisitId,
    /// The visit.
    pub(super) visit: &'a Visit,
    /// One of the stage's outcomes.
    pub(super) outcome: &'a str,
    /// What it found: references and keys, never words.
    pub(super) results: Value,
    /// Who ended it.
    pub(super) by: &'a Actor,
}

impl End<'_> {
    /// Ends the visit: its work is done, and routing hears how it ended. `learnt` are facts that this very decision
    /// records.
    ///
    /// # Errors
    /// `missing-field` while a fact that the playbook requires is not on record; `internal` for an outcome that is no
    /// key, which would be a defect.
    pub(super) fn say(self, decision: &mut Decision<Row>, learnt: &Facts) -> Result<(), Problem> {
        let Self { id, visit, outcome, results, by } = self;
        has_what_is_required(&visit.brief, &[learnt, &visit.facts])?;
        decision.say(StageCompleted {
            visit: id,
            epoch: visit.epoch,
            outcome: outcome_key(outcome)?,
            facts: Facts::new(),
            results,
            by: by.plain(),
        });
        if let Some(work) = visit.work() {
            decision.say(WorkWithdrawn { work, visit: id, reason: "done".into(), because: None });
        }
        Ok(())
    }
}

/// An outcome as a key.
///
/// # Errors
/// `internal` for one that is no key, which would be a defect.
pub(super) fn outcome_key(outcome: &str) -> Result<OutcomeKey, Problem> {
    OutcomeKey::new(outcome).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
}
