//! `work.dispute` → `ruling.opened`: the department that got the main work says “not ours”, and somebody rules whose it is,
//! once. The work stays with whoever holds it until then, and time runs on for everybody: from receipt, as ever.

use contracts::commands::routing::DisputeWork;
use contracts::commands::{Actor, Command, check_text};
use contracts::messages::ruling_opened::RulingQuestion;
use contracts::messages::stage_entered::Place;
use contracts::{Problem, ProblemCode, VisitId, WorkId};
use playbook::Dispute;

use super::stage_transfer::not_the_one_voice;
use super::triage::known_department;
use super::work_hand_back::LONGEST_REASON;
use super::{Desk, Outcome, holder_or_director, open_work, staff};
use crate::rights::Rights;
use crate::rulings::Asked;
use crate::state::{Case, Visit, Work};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: DisputeWork = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    staff(&command.actor)?;
    let mut draft = desk.open(&command.actor)?;
    let work = open_work(&draft, order.work)?;
    let (dispute, visit) = may(&draft.rights(), &work, &command.actor)?;
    if let Some(department) = &order.department {
        known_department(&draft, department, "/department")?;
        if *department == visit.department {
            let problem = Problem::new(ProblemCode::InvalidField, "it is there already").at("/department");
            return Err(problem.expected("another department"));
        }
    }
    let question = RulingQuestion::Dispute {
        visit: work.visit,
        epoch: visit.epoch,
        department: visit.department,
        proposed: order.department,
    };
    let because = draft.because(&command.actor, &order.reason);
    let about = work.holder().cloned().into_iter().collect();
    let asked = Asked { question, by: &dispute.by, limit: dispute.limit, because, about };
    let ruling = WorkId(draft.context.next_id());
    draft.ask_ruling(ruling, asked)?;
    draft.finish()
}

/// Who rules on whose a piece of work is, and at which visit, where somebody may say that it is not theirs.
///
/// # Errors
/// `not-the-holder`, `not-allowed`, `wrong-stage`, `already-exists`.
pub(crate) fn may(rights: &Rights<'_>, work: &Work, actor: &Actor) -> Result<(Dispute, Visit), Problem> {
    holder_or_director(rights, work, actor)?;
    let dispute = dispute(rights)?;
    let visit = main_visit(rights, work)?;
    not_the_one_voice(rights, &visit)?;
    not_asked_before(rights.case, work.visit)?;
    Ok((dispute, visit))
}

fn dispute(rights: &Rights<'_>) -> Result<Dispute, Problem> {
    let rulings = rights.book.playbook().rulings.as_ref();
    rulings.and_then(|rulings| rulings.dispute.clone()).ok_or_else(|| {
        Problem::new(ProblemCode::NotAllowed, "the playbook names nobody who rules on whose a case is")
            .at("/work")
            .expected("work that is given back to the queue")
    })
}

fn main_visit(rights: &Rights<'_>, work: &Work) -> Result<Visit, Problem> {
    let visit = rights.case.visits.get(&work.visit).filter(|visit| visit.place == Place::Main);
    visit.cloned().ok_or_else(|| {
        Problem::new(ProblemCode::WrongStage, "only the main work of a case is disputed")
            .at("/work")
            .expected("work of the stage where the case stands")
    })
}

/// A visit is ruled on once, so that it does not go to and fro.
fn not_asked_before(case: &Case, visit: VisitId) -> Result<(), Problem> {
    match case.ruling_on(visit) {
        None => Ok(()),
        Some(ruling) => {
            let detail =
                if ruling.is_open() { "it is being ruled on" } else { "it was ruled on: once is enough" };
            let problem = Problem::new(ProblemCode::AlreadyExists, detail).at("/work");
            Err(problem.expected("work that was not disputed yet"))
        }
    }
}
