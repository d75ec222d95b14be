//! `handover.acknowledge` → somebody of the next shift has taken note of what is unfinished.

use contracts::commands::Command;
use contracts::commands::routing::AcknowledgeHandover;
use contracts::messages::directory_changed::Shift;
use contracts::messages::handover_acknowledged::HandoverAcknowledged;
use contracts::{PersonId, Problem, ProblemCode, SubjectRef};
use runtime::service::Decision;

use super::{Desk, Outcome, known_person, staff};
use crate::rows::{HandoverRow, Row};
use crate::state::{Directory, Handover};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let AcknowledgeHandover {} = command.read()?;
    let handover = desk.state.handover();
    let handover =
        handover.ok_or_else(|| Problem::new(ProblemCode::NotFound, "there is no such handover"))?;
    let person = staff(&command.actor)?;
    of_next_shift(desk, handover, person)?;
    if let Some((by, _)) = &handover.acknowledged {
        if by.person() == Some(person) {
            return Ok(Decision::nothing());
        }
        let problem = Problem::new(ProblemCode::AlreadyExists, "it was acknowledged before").at("/handover");
        return Err(problem.expected("a handover that nobody acknowledged yet"));
    }
    let id = command
        .subject
        .id
        .parse()
        .map_err(|_| Problem::new(ProblemCode::NotFound, "there is no such handover"))?;
    let mut decision = Decision::nothing();
    decision.rows.push(Row::Handover(HandoverRow {
        organisation: desk.context.organisation().clone(),
        handover: id,
        department: handover.department.clone(),
        written_at: handover.at,
        acknowledged_at: Some(desk.context.now()),
    }));
    decision.say(HandoverAcknowledged { by: command.actor.plain() });
    Ok(decision)
}

/// Refuses whoever is not of the next shift: another department, the writer, or somebody of the shift that has not ended.
fn of_next_shift(desk: &Desk<'_>, handover: &Handover, person: &PersonId) -> Result<(), Problem> {
    let directory = desk.context.peek(&SubjectRef::directory(desk.context.organisation()));
    let empty = Directory::default();
    let directory = directory.as_ref().and_then(|state| state.directory()).unwrap_or(&empty);
    let known = known_person(directory, person)?;
    let refuse = |detail: &str| {
        let problem = Problem::new(ProblemCode::NotAllowed, detail).at("/actor");
        Err(problem.expected(format!("somebody of the next shift of {}", handover.department)))
    };
    if known.department != handover.department && !directory.is_duty_manager(person, &handover.department) {
        return refuse("that is not your department");
    }
    if handover.by.person() == Some(person) {
        return refuse("you wrote it yourself");
    }
    let (now, zone) = (desk.context.now(), super::zone(desk));
    let own: Option<&Shift> = directory.shift_at(person, now, &zone);
    let lasts = handover.by.person().is_some_and(|writer| directory.is_on_duty(writer, now, &zone));
    if handover.shift.is_some() && own.map(|shift| &shift.id) == handover.shift.as_ref() && lasts {
        return refuse("you are of the shift that wrote it");
    }
    Ok(())
}
