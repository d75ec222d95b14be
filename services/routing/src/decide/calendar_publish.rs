//! `calendar.publish` → a version of a working calendar exists. Clocks that run keep theirs.

use calendar::{Calendar, CalendarSpec};
use contracts::commands::Command;
use contracts::commands::routing::PublishCalendar;
use contracts::messages::calendar_published::CalendarPublished;
use contracts::{CalendarId, Problem, ProblemCode};
use runtime::service::Decision;

use super::{Desk, Outcome, administrators_only};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    administrators_only(&command.actor)?;
    let order: PublishCalendar = command.read()?;
    let spec = Problem::read::<CalendarSpec>(order.document.clone()).map_err(|problem| {
        let place = format!("/document{}", problem.field.as_deref().unwrap_or_default());
        problem.at(place)
    })?;
    let calendar = Calendar::try_from(spec).map_err(|errors| {
        let each = |problem: &calendar::CalendarProblem| unfit(problem.to_string());
        Problem::all(errors.problems.iter().map(each).collect()).unwrap_or_else(|| unfit(errors.to_string()))
    })?;
    let id = CalendarId::new(calendar.id()).map_err(|error| {
        Problem::new(ProblemCode::InvalidField, error.to_string())
            .at("/document/id")
            .expected("1 to 64 of a-z, 0-9, '_', '-', '.', beginning with a letter or digit")
    })?;
    let latest = desk.state.organisation().and_then(|all| all.latest(&id)).unwrap_or(0);
    if calendar.version() <= latest {
        let detail = format!("version {latest} of {id} is published already");
        let problem = Problem::new(ProblemCode::AlreadyExists, detail).at("/document/version");
        return Err(problem.expected(format!("a version above {latest}")));
    }
    let (version, document, by) = (calendar.version(), order.document, command.actor.plain());
    let mut decision = Decision::nothing();
    decision.say(CalendarPublished { calendar: id, version, document, by });
    Ok(decision)
}

/// A calendar that does not add up: the text says where.
fn unfit(detail: String) -> Problem {
    Problem::new(ProblemCode::InvalidField, detail)
        .at("/document")
        .expected("a calendar as its schema has it")
}
