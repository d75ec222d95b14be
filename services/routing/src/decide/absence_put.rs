//! `absence.put` → when a person is away and who stands in; their open work is looked at again.

use contracts::commands::Command;
use contracts::commands::routing::PutAbsence;
use contracts::messages::directory_changed::DirectoryChanged;
use contracts::{Problem, ProblemCode};

use super::directory_put::{absences, change};
use super::{Desk, MANAGER, Outcome, is_administrator, known_person};
use crate::state::Directory;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: PutAbsence = command.read()?;
    let empty = Directory::default();
    let directory = desk.state.directory().unwrap_or(&empty);
    let mut person = known_person(directory, &order.person)?.clone();
    let allowed = is_administrator(&command.actor)
        || command.actor.holds(MANAGER)
        || command.actor.person().is_some_and(|actor| {
            *actor == person.id
                || directory.is_above(actor, &person.id)
                || directory.is_duty_manager(actor, &person.department)
        });
    if !allowed {
        let problem =
            Problem::new(ProblemCode::NotAllowed, "only the person, a manager or an administrator may");
        return Err(problem.at("/actor").expected("the person, somebody above them, or an administrator"));
    }
    let known = |id: &_| directory.active(id).is_some();
    if let Some(problem) = Problem::all(absences(&person.id, &order.absences, known, "/absences")) {
        return Err(problem);
    }
    person.absences = order.absences;
    let moved = vec![person.id.clone()];
    let (people, by) = (vec![person], command.actor.plain());
    Ok(change(desk, DirectoryChanged { departments: Vec::new(), people, shifts: Vec::new(), by }, moved))
}
