//! `work.claim` → somebody takes work from the queue of their department.

use contracts::commands::Command;
use contracts::commands::routing::ClaimWork;
use contracts::{Problem, ProblemCode};

use super::{Desk, Outcome, known_person, open_work, staff, taking, there, unbarred};
use crate::choosing::Chosen;
use crate::draft::Draft;
use crate::state::Work;

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
    there(&draft, &person).map_err(|problem| problem.at("/actor"))?;
    skilled(&draft, &work, &taken)?;
    draft.give(order.work, &work, taken, None);
    draft.finish()
}

/// Refuses whoever lacks a skill that the work asks for. A duty manager may take it and see to it.
fn skilled(draft: &Draft<'_>, work: &Work, taken: &Chosen) -> Result<(), Problem> {
    let lacks = draft.lacks(work, &taken.person);
    if lacks.is_empty() || draft.directory().is_duty_manager(&taken.person, &work.department) {
        return Ok(());
    }
    let lacks = lacks.into_iter().collect::<Vec<_>>().join(", ");
    let problem = Problem::new(ProblemCode::NotAllowed, format!("{} lacks the skills {lacks}", taken.person));
    Err(problem.at("/actor").expected(format!("somebody with the skills {lacks}")))
}
