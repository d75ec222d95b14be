//! `work.claim` → somebody takes work from the queue of their department.

use contracts::commands::Command;
use contracts::commands::routing::ClaimWork;
use contracts::{Problem, ProblemCode};

use super::{Desk, Outcome, known_person, open_work, staff, taking, unbarred};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: ClaimWork = command.read()?;
    let person = staff(&command.actor)?.clone();
    let mut draft = desk.open(&command.actor)?;
    let work = open_work(&draft, order.work)?;
    known_person(draft.directory(), &person)?;
    unbarred(&draft, order.work, &work, &person)?;
    match work.holder() {
        Some(holder) if *holder == person => return draft.finish(),
        Some(holder) => {
            let problem =
                Problem::new(ProblemCode::NotTheHolder, format!("{holder} holds this work")).at("/work");
            return Err(problem.expected("work that nobody holds"));
        }
        None => {}
    }
    let taken = taking(&draft, order.work, &work, &person).ok_or_else(|| {
        let detail = format!("this work is for the role {} in {}", work.role, work.department);
        Problem::new(ProblemCode::NotAllowed, detail).at("/actor").expected(work.role.to_string())
    })?;
    draft.give(order.work, &work, taken, None);
    draft.finish()
}
