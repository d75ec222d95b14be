//! `work.reassign` → the work goes to another person, who must be there, unbarred and of the role.
//! The reason is kept as a word of routing.

use contracts::commands::routing::ReassignWork;
use contracts::commands::{Command, check_text};
use contracts::{Problem, ProblemCode};

use super::work_hand_back::LONGEST_REASON;
use super::{Desk, Outcome, holder_or_director, known_person, open_work, taking, there, unbarred};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: ReassignWork = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    let mut draft = desk.open(&command.actor)?;
    let work = open_work(&draft, order.work)?;
    holder_or_director(&draft.rights(), &work, &command.actor)?;
    let person = known_person(draft.directory(), &order.person)?.id.clone();
    unbarred(&draft, order.work, &work, &person)?;
    there(&draft, &person).map_err(|problem| problem.at("/person"))?;
    let taken = taking(&draft, order.work, &work, &person).ok_or_else(|| {
        Problem::new(ProblemCode::InvalidField, format!("{person} does not have the role"))
            .at("/person")
            .expected(format!("the role {} in {}", work.role, work.department))
    })?;
    if work.holder() != Some(&person) {
        let because = draft.because(&command.actor, &order.reason);
        draft.give(order.work, &work, taken, because);
    }
    draft.finish()
}
