//! `playbook.activate` → new complaints of a scope follow this version; cases that run stay on theirs.
//! Its reports fall due from when it holds. From when on it holds may be a time to come; it is then a rule that is evaluated
//! when a complaint is registered, so that no timer has to fire for it.

use contracts::commands::routing::ActivatePlaybook;
use contracts::commands::{Command, check_text};
use contracts::messages::playbook_activated::PlaybookActivated;
use contracts::{Problem, ProblemCode, SubjectRef};
use playbook::CompiledPlaybook;
use runtime::service::Decision;

use super::{Desk, Outcome, administrators_only, report_due};
use crate::state::Directory;

/// The longest customer type, in characters.
pub(super) const LONGEST_KEY: usize = 64;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    administrators_only(&command.actor)?;
    let order: ActivatePlaybook = command.read()?;
    let book = desk.library.playbook(desk.context, &order.playbook)?;
    let state = desk.context.peek(&SubjectRef::directory(desk.context.organisation()));
    let directory = state.as_ref().and_then(|state| state.directory()).cloned().unwrap_or_default();
    let mut findings = missing(desk, &book, &directory);
    if let Some(unit) = order.scope.unit.as_ref().filter(|unit| !directory.departments.contains_key(*unit)) {
        let problem = Problem::new(ProblemCode::UnknownDepartment, format!("there is no unit {unit}"));
        findings.push(problem.at("/scope/unit").expected("a department of the directory"));
    }
    if order.effective_from.is_some_and(|from| from <= desk.context.now()) {
        let problem = Problem::new(ProblemCode::InvalidField, "nothing comes into force in the past");
        findings.push(problem.at("/effective_from").expected("a time to come; at once when absent"));
    }
    if let Some(text) = &order.scope.customer_type {
        findings.extend(check_text("/scope/customer_type", text, LONGEST_KEY).err());
    }
    if let Some(problem) = Problem::all(findings) {
        return Err(problem);
    }
    let mut decision = Decision::nothing();
    let ActivatePlaybook { playbook, scope, effective_from } = order;
    let said = PlaybookActivated { playbook, scope, effective_from, by: command.actor.plain() };
    report_due::ordered(desk, &mut decision, &said)?;
    decision.say(said);
    Ok(decision)
}

/// What the organisation lacks for a playbook: departments, calendars.
pub(super) fn missing(desk: &Desk<'_>, book: &CompiledPlaybook, directory: &Directory) -> Vec<Problem> {
    let mut findings = missing_departments(book, directory);
    findings.extend(missing_calendars(desk, book));
    findings
}

/// The directory must have every department that the playbook names, or work would be looked for nowhere.
fn missing_departments(book: &CompiledPlaybook, directory: &Directory) -> Vec<Problem> {
    let named = book.playbook().departments.keys();
    let missing = named.filter(|id| !directory.departments.contains_key(*id));
    let problem = |id| {
        Problem::new(ProblemCode::UnknownDepartment, format!("the directory has no department {id}"))
            .at("/playbook")
            .expected("put it into the directory first")
    };
    missing.map(problem).collect()
}

fn missing_calendars(desk: &Desk<'_>, book: &CompiledPlaybook) -> Vec<Problem> {
    let organisation = desk.state.organisation();
    let named = book.playbook().clocks.iter().filter_map(|clock| clock.calendar.as_ref());
    let missing = named.filter(|id| organisation.and_then(|all| all.latest(id)).is_none());
    let problem = |id| {
        Problem::new(ProblemCode::NotFound, format!("the calendar {id} was not published"))
            .at("/playbook")
            .expected("publish it first")
    };
    missing.map(problem).collect()
}
