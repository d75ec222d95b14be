//! Whether somebody may act on a visit: the same questions, in the same order, for every order of this service.

use contracts::commands::Command;
use contracts::messages::stage_completed::StageCompleted;
use contracts::messages::work_withdrawn::WorkWithdrawn;
use contracts::{ComplaintId, Facts, OutcomeKey, PersonId, Problem, ProblemCode, RoleKey, VisitId};
use runtime::service::Decision;

use super::asking::Asked;
use crate::Row;
use crate::state::{Instance, Open, Standing, State, Task, Visit, Work};

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

/// A place at a visit: the work to be done there, and the roles that do it.
pub(super) struct Post<'a> {
    /// The work, while somebody is asked for it.
    pub(super) work: Option<&'a Work>,
    /// The role that does it.
    pub(super) role: Option<&'a RoleKey>,
    /// The role that may do it instead.
    pub(super) secondary: Option<&'a RoleKey>,
}

impl<'a> Post<'a> {
    /// That of the owner of the stage.
    pub(super) fn owner(open: &'a Open) -> Self {
        let Open { needs, work, .. } = open;
        Self { work: work.as_ref(), role: needs.role.as_ref(), secondary: needs.secondary.as_ref() }
    }
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
    take_at(state, command, at, tasks, |open, _, _| Ok(Post::owner(open)))
}

/// As [`take`], at another of the visit's posts: `post` finds it, or says why it is not to be taken now.
///
/// # Errors
/// As for [`take`]; what `post` says comes after `stale-epoch`.
pub(super) fn take_at<'a>(
    state: &'a State,
    command: &'a Command,
    at: (VisitId, u32),
    tasks: &[Task],
    post: impl FnOnce(&'a Open, &Instance, &PersonId) -> Result<Post<'a>, Problem>,
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
    let instance = state.instance(visit.instance);
    holds(command, open, &post(open, &instance, person)?, person)?;
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

fn holds(command: &Command, open: &Open, post: &Post<'_>, person: &PersonId) -> Result<(), Problem> {
    let work = post.work;
    let stands_in_for = work.and_then(|work| work.instead_of.as_ref());
    if open.barred.iter().any(|barred| barred == person || Some(barred) == stands_in_for) {
        return Err(Problem::new(ProblemCode::ConflictOfInterest, "a party to the matter may not act on it")
            .at("/actor")
            .expected("somebody who is no party to the matter"));
    }
    match work.and_then(|work| work.holder.as_ref()) {
        Some(holder) if holder == person => Ok(()),
        Some(_) | None if !has_role(command, post) => {
            Err(Problem::new(ProblemCode::NotAllowed, "this is the work of another role")
                .at("/actor")
                .expected(
                    post.role
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

fn has_role(command: &Command, post: &Post<'_>) -> bool {
    let roles = [post.role, post.secondary];
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

    /// Whom the visit may ask for.
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            visit: self.id,
            epoch: self.visit.epoch,
            task: self.visit.task,
            needs: &self.open.needs,
            department: &self.open.department,
            barred: &self.open.barred,
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
