//! Whether somebody may act on a visit: the same questions, in the same order, for every order of this service.

use contracts::commands::Command;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{ComplaintId, Facts, OutcomeKey, PersonId, Problem, ProblemCode, VisitId};
use runtime::service::Decision;

use crate::Row;
use crate::state::{Instance, Open, Standing, State, Task, Visit};

/// An actor at their place: everything about a visit that was checked.
pub(super) struct Seat<'a> {
    /// The complaint.
    pub(super) complaint: ComplaintId,
    /// The visit.
    pub(super) id: VisitId,
    /// What is known of it.
    pub(super) visit: &'a Visit,
    /// What is open of it.
    pub(super) open: &'a Open,
    /// The handling that it belongs to.
    pub(super) instance: Instance,
    command: &'a Command,
}

/// Seats the actor of `command` at `visit`, which must be for one of `tasks`.
///
/// # Errors
/// In this order: `not-allowed` (not staff), `wrong-stage`, `visit-left`, `stale-epoch`, `conflict-of-interest`,
/// `not-the-holder`, `not-allowed`. Who holds the work is routing's answer: it looked at role, department, absence
/// and deputies; here nobody else may act, even with the same role.
pub(super) fn take<'a>(
    state: &'a State,
    command: &'a Command,
    at: (VisitId, u32),
    tasks: &[Task],
) -> Result<Seat<'a>, Problem> {
    let Some(person) = command.actor.person() else {
        return Err(Problem::new(ProblemCode::NotAllowed, "only staff may do this")
            .at("/actor")
            .expected("a member of staff"));
    };
    let complaint = command.subject.complaint_id();
    let complaint =
        complaint.ok_or_else(|| Problem::new(ProblemCode::NotFound, "this is not a complaint"))?;
    let visit = visit(state, at, tasks)?;
    let open = open_of(visit)?;
    if at.1 != visit.epoch {
        return Err(Problem::new(ProblemCode::StaleEpoch, "the work was reassigned since")
            .at("/epoch")
            .expected(visit.epoch.to_string()));
    }
    holds(command, open, person)?;
    let instance = state.instance(visit.instance);
    Ok(Seat { complaint, id: at.0, visit, open, instance, command })
}

fn visit<'a>(state: &'a State, at: (VisitId, u32), tasks: &[Task]) -> Result<&'a Visit, Problem> {
    let wrong = |detail: String| {
        let words: Vec<_> = tasks.iter().map(|task| task.as_str()).collect();
        let expected = format!("the open visit to a stage of kind {}", words.join(", "));
        Problem::new(ProblemCode::WrongStage, detail).at("/visit").expected(expected)
    };
    let visit = state.visits.get(&at.0).ok_or_else(|| wrong("the case is not at such a visit".to_owned()))?;
    if tasks.contains(&visit.task) {
        Ok(visit)
    } else {
        Err(wrong(format!("the visit is of kind {}", visit.task.as_str())))
    }
}

fn open_of(visit: &Visit) -> Result<&Open, Problem> {
    let left = |how: String| {
        Problem::new(ProblemCode::VisitLeft, how).at("/visit").expected("a visit that is still open")
    };
    match &visit.standing {
        Standing::Open(open) => Ok(open),
        Standing::Completed(outcome) => Err(left(format!("the visit ended with “{outcome}”"))),
        Standing::Withdrawn => Err(left("the visit was withdrawn".to_owned())),
    }
}

fn holds(command: &Command, open: &Open, person: &PersonId) -> Result<(), Problem> {
    let work = open.work.as_ref();
    let stands_in_for = work.and_then(|work| work.instead_of.as_ref());
    if open.barred.iter().any(|barred| barred == person || Some(barred) == stands_in_for) {
        return Err(Problem::new(ProblemCode::ConflictOfInterest, "a party to the matter may not act on it")
            .at("/actor")
            .expected("somebody who is no party to the matter"));
    }
    match work.and_then(|work| work.holder.as_ref()) {
        Some(holder) if holder == person => Ok(()),
        Some(_) | None if !has_role(command, open) => {
            Err(Problem::new(ProblemCode::NotAllowed, "this is the work of another role")
                .at("/actor")
                .expected(
                    open.needs
                        .role
                        .as_ref()
                        .map_or_else(|| "the role that the playbook names".to_owned(), ToString::to_string),
                ))
        }
        Some(holder) => Err(Problem::new(ProblemCode::NotTheHolder, "somebody else holds this work")
            .at("/actor")
            .expected(holder.to_string())),
        None => Err(Problem::new(ProblemCode::NotTheHolder, "nobody holds this work yet")
            .at("/actor")
            .expected("take it first")),
    }
}

fn has_role(command: &Command, open: &Open) -> bool {
    let roles = [&open.needs.role, &open.needs.secondary];
    roles.into_iter().flatten().any(|role| command.actor.holds(role.as_str()))
}

impl Seat<'_> {
    /// Refuses while facts that the playbook requires are not on record.
    ///
    /// # Errors
    /// `missing-field` naming the first of them.
    pub(super) fn has_what_is_required(&self) -> Result<(), Problem> {
        match self.open.needs.lacking.first() {
            None => Ok(()),
            Some(fact) => Err(Problem::new(ProblemCode::MissingField, format!("{fact} is not on record"))
                .at(format!("/facts/{fact}"))
                .expected("what the stage requires before it ends")),
        }
    }

    /// Ends the visit: says so and puts the work away.
    ///
    /// # Errors
    /// `internal` when the results are not JSON, which would be a defect.
    pub(super) fn complete(
        &self,
        decision: &mut Decision<Row>,
        outcome: OutcomeKey,
        facts: Facts,
        results: &impl serde::Serialize,
    ) -> Result<(), Problem> {
        decision.say(StageCompleted {
            visit: self.id,
            epoch: self.visit.epoch,
            outcome,
            facts,
            results: to_json(results)?,
            by: self.command.actor.plain(),
        });
        if let Some(work) = &self.open.work {
            decision.say(WorkWithdrawn {
                work: work.id,
                visit: self.id,
                reason: "done".to_owned(),
                because: None,
            });
        }
        Ok(())
    }
}

/// Results as JSON.
///
/// # Errors
/// `internal`, which would be a defect.
pub(super) fn to_json(results: &impl serde::Serialize) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(results).map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))
}
