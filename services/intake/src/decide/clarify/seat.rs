//! Whether somebody may act on a visit to a `clarify`: the holder of its work, or the customer with their code.

use contracts::commands::{Actor, Command};
use contracts::{PersonId, Problem, ProblemCode, VisitId};

use crate::state::{Complaint, Open, Standing, Visit};

/// What is open of the visit at which the actor of `command` sits.
///
/// # Errors
/// In this order: `not-allowed` (neither staff nor customer), `wrong-stage`, `visit-left`, `stale-epoch`,
/// `conflict-of-interest`, `not-allowed` (another role), `not-the-holder`.
pub(super) fn take<'a>(
    complaint: &'a Complaint,
    command: &Command,
    (id, epoch): (VisitId, u32),
) -> Result<&'a Open, Problem> {
    let person = match &command.actor {
        Actor::Staff { person, .. } => Some(person),
        Actor::Customer => None,
        Actor::Feeder { .. } | Actor::System => {
            return Err(Problem::new(ProblemCode::NotAllowed, "only staff or the customer may do this")
                .at("/actor")
                .expected("a member of staff, or the customer"));
        }
    };
    let visit = complaint.visits.get(&id).ok_or_else(|| {
        Problem::new(ProblemCode::WrongStage, "the case is not at such a visit")
            .at("/visit")
            .expected("the open visit to a stage of kind clarify")
    })?;
    let open = open_of(visit)?;
    if epoch != visit.epoch {
        return Err(Problem::new(ProblemCode::StaleEpoch, "the work was reassigned since")
            .at("/epoch")
            .expected(visit.epoch.to_string()));
    }
    person.map_or(Ok(()), |person| holds(command, open, person)).map(|()| open)
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
    let roles = || [&open.needs.role, &open.needs.secondary].into_iter().flatten();
    match work.and_then(|work| work.holder.as_ref()) {
        Some(holder) if holder == person => Ok(()),
        Some(_) | None if !roles().any(|role| command.actor.holds(role.as_str())) => {
            let expected = roles().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
            Err(Problem::new(ProblemCode::NotAllowed, "this is the work of another role")
                .at("/actor")
                .expected(if expected.is_empty() {
                    "nobody: no person is needed".to_owned()
                } else {
                    expected
                }))
        }
        Some(holder) => Err(Problem::new(ProblemCode::NotTheHolder, "somebody else holds this work")
            .at("/actor")
            .expected(holder.to_string())),
        None => Err(Problem::new(ProblemCode::NotTheHolder, "nobody holds this work yet")
            .at("/actor")
            .expected("take it first")),
    }
}
