//! `stage.transfer` → the visit goes to another department in a new epoch; its service asks for work anew.
//! Clocks run on: time counts from receipt, never from when a department takes over.
//! The reason is kept as a word of routing.

use contracts::commands::routing::TransferStage;
use contracts::commands::{Actor, Command, check_text};
use contracts::facts::key;
use contracts::messages::fact_recorded::FactRecorded;
use contracts::messages::stage_changed::StageChanged;
use contracts::messages::work_assigned::Because;
use contracts::{DepartmentId, Facts, Problem, ProblemCode, ServiceName, StageKind, VisitId};
use playbook::DepartmentRef;

use super::triage::known_department;
use super::work_hand_back::LONGEST_REASON;
use super::{Desk, Outcome};
use crate::draft::{Draft, evaluation};
use crate::own::own_works;
use crate::rights::Rights;
use crate::state::Visit;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: TransferStage = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    let mut draft = desk.open(&command.actor)?;
    let visit = draft.current(order.visit, order.epoch)?;
    may(&draft.rights(), (order.visit, &visit), &command.actor)?;
    known_department(&draft, &order.department, "/department")?;
    if visit.department == order.department {
        let problem = Problem::new(ProblemCode::InvalidField, "it is there already").at("/department");
        return Err(problem.expected("another department"));
    }
    let because = draft.because(&command.actor, &order.reason);
    move_visit(&mut draft, (order.visit, &visit), &order.department, because, &command.actor)?;
    draft.finish()
}

/// Says that a visit goes to another department, and what follows.
pub(super) fn move_visit(
    draft: &mut Draft<'_>,
    (id, visit): (VisitId, &Visit),
    department: &DepartmentId,
    because: Option<Because>,
    by: &Actor,
) -> Result<(), Problem> {
    let (own, epoch) = (own_works(&draft.case, id), visit.epoch + 1);
    draft.say(StageChanged { visit: id, epoch, department: department.clone(), because });
    draft.withdraw(own, id, "stage_changed");
    become_responsible(draft, visit, department, by)?;
    if visit.kind.service() == ServiceName::Routing && visit.kind != StageKind::Wait {
        let brief = draft.book.brief(&visit.stage, &draft.env()).map_err(evaluation)?;
        draft.ask_for(id, visit.kind.as_str(), &brief);
    }
    Ok(())
}

/// Whether somebody may move a visit to another department at all now.
///
/// # Errors
/// `not-allowed`: at `/actor` for who may not, at `/department` where it may go to none.
pub(crate) fn may(rights: &Rights<'_>, (id, visit): (VisitId, &Visit), actor: &Actor) -> Result<(), Problem> {
    may_transfer(rights, (id, visit), actor)?;
    not_the_one_voice(rights, visit)?;
    understood(visit)
}

/// Whoever holds work of the visit, a manager of theirs, whoever directs the department. What is being ruled on, or was,
/// goes nowhere by its holder.
fn may_transfer(rights: &Rights<'_>, (id, visit): (VisitId, &Visit), actor: &Actor) -> Result<(), Problem> {
    let works = rights.case.works.values().filter(|work| work.visit == id);
    let holders: Vec<_> = works.filter_map(|work| work.holder()).collect();
    let above =
        |person| holders.iter().any(|holder| *holder == person || rights.directory.is_above(person, holder));
    let free = rights.case.ruling_on(id).is_none();
    if (free && actor.person().is_some_and(above)) || rights.directs(&visit.department, actor) {
        return Ok(());
    }
    let problem =
        Problem::new(ProblemCode::NotAllowed, "only who holds the work, or a manager, may transfer it");
    Err(problem.at("/actor").expected("its holder, a manager of the holder, or who directs the department"))
}

/// Where the playbook names the department that speaks with the customer, no other one does (P02: customer service
/// calls back, not the department complained of; R-186).
pub(super) fn not_the_one_voice(rights: &Rights<'_>, visit: &Visit) -> Result<(), Problem> {
    let stage = rights.book.stage(&visit.stage).map_err(evaluation)?;
    let holder = stage.owner.as_ref().and_then(|who| rights.book.holder(who));
    let speaks = visit.kind.service() == ServiceName::Notification;
    match holder.map(|holder| holder.department) {
        Some(DepartmentRef::Named(named)) if speaks => {
            let detail = "the playbook names the department that speaks with the customer";
            Err(Problem::new(ProblemCode::NotAllowed, detail).at("/department").expected(named.to_string()))
        }
        Some(
            DepartmentRef::Named(_)
            | DepartmentRef::Responsible
            | DepartmentRef::ComplainedOf
            | DepartmentRef::Receiving,
        )
        | None => Ok(()),
    }
}

/// Nothing goes to another department before it is fully understood.
fn understood(visit: &Visit) -> Result<(), Problem> {
    if visit.kind != StageKind::Clarify {
        return Ok(());
    }
    let detail = "the matter is not understood yet; whoever took it in clarifies it first";
    Err(Problem::new(ProblemCode::NotAllowed, detail)
        .at("/department")
        .expected(visit.department.to_string()))
}

/// Where the stage is done by the responsible department, the transfer makes another one responsible.
fn become_responsible(
    draft: &mut Draft<'_>,
    visit: &Visit,
    department: &DepartmentId,
    by: &Actor,
) -> Result<(), Problem> {
    let stage = draft.book.stage(&visit.stage).map_err(evaluation)?;
    let holder = stage.owner.as_ref().and_then(|who| draft.book.holder(who));
    if holder.is_some_and(|holder| holder.department == DepartmentRef::Responsible) {
        let facts = Facts::from([(key::responsible(), department.as_str().into())]);
        let (at, by) = (draft.at, by.plain());
        draft.say(FactRecorded { facts: facts.clone(), at, by, visit: None });
        draft.learnt(&facts, None)?;
    }
    Ok(())
}
