//! Timers `report:…` of the organisation → `report.due`, and the timer of the next making.
//!
//! | key | fires when |
//! |---|---|
//! | `report:<playbook>:<report>` | a report of a playbook in force falls due |
//!
//! A timer that fires late still says its own period, and the next one follows from the time it was due: after a long
//! stop every period is made, in order, and none twice.

use calendar::Calendar;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::report_due::ReportDue;
use contracts::{PersonId, PlaybookId, Problem, ProblemCode, SubjectRef};
use jiff::Timestamp;
use playbook::{CompiledPlaybook, DepartmentRef, Report, Who};
use runtime::service::{Decision, Due, TimerChange};
use serde::Deserialize;
use serde_json::json;

use super::{Desk, Outcome};
use crate::library::calendar_for;
use crate::reporting;
use crate::rows::Row;
use crate::state::{Directory, Organisation};

/// What was stored with a timer.
#[derive(Debug, Deserialize)]
struct Payload {
    playbook: PlaybookId,
    report: String,
}

pub(super) fn decide(desk: &Desk<'_>, organisation: &Organisation, due: &Due) -> Outcome {
    let Payload { playbook, report } = Payload::deserialize(&due.payload)
        .map_err(|error| Problem::new(ProblemCode::Internal, format!("timer {}: {error}", due.key)))?;
    let mut decision = Decision::nothing();
    // A playbook that is no longer in force reports no more; one that comes into force again begins anew.
    let Some(reference) = organisation.in_force(&playbook) else { return Ok(decision) };
    let book = desk.library.playbook(desk.context, &reference)?;
    let Some(model) = book.report(&report) else { return Ok(decision) };
    let calendar = desk.library.calendar(Some(organisation), &calendar_for(Some(organisation), None))?;
    let made = organisation.reports.get(&key_of(&playbook, &report)).is_some_and(|last| *last >= due.due);
    if let Some(turn) = reporting::at(model, due.due, &calendar).filter(|_| !made) {
        let state = desk.context.peek(&SubjectRef::directory(desk.context.organisation()));
        let directory = state.as_ref().and_then(|state| state.directory()).cloned().unwrap_or_default();
        decision.say(ReportDue {
            report,
            playbook: reference,
            label: model.label.clone(),
            from: turn.from,
            to: turn.to,
            due: turn.at,
            period: turn.period,
            made_by: people(&directory, &book, [&model.from]),
            receivers: people(&directory, &book, &model.to),
            channel: model.channel.clone(),
            contents: model.contents.clone(),
        });
    }
    set(&mut decision, &playbook, model, due.due, &calendar);
    Ok(decision)
}

/// Sets the timers of a playbook that comes into force, or is in force with another version. What fell due while it was
/// in force and was not made yet is made still.
pub(super) fn begin(
    desk: &Desk<'_>,
    decision: &mut Decision<Row>,
    reference: &PlaybookRef,
    book: &CompiledPlaybook,
) -> Result<(), Problem> {
    let none = Organisation::default();
    let organisation = desk.state.organisation().unwrap_or(&none);
    let calendar = desk.library.calendar(Some(organisation), &calendar_for(Some(organisation), None))?;
    let now = desk.context.now();
    let since = organisation.in_force_since(&reference.id);
    for report in &book.playbook().reports {
        let last = organisation.reports.get(&key_of(&reference.id, report.key.as_str())).copied();
        let after = since.map_or(now, |since| last.map_or(since, |last| last.max(since)));
        set(decision, &reference.id, report, after, &calendar);
    }
    Ok(())
}

/// How the makings of a report are remembered, and its timer called.
pub(crate) fn key_of(playbook: &PlaybookId, report: &str) -> String {
    format!("{playbook}:{report}")
}

fn set(
    decision: &mut Decision<Row>,
    playbook: &PlaybookId,
    report: &Report,
    after: Timestamp,
    calendar: &Calendar,
) {
    let Some(turn) = reporting::next(report, after, calendar) else { return };
    decision.timers.push(TimerChange::Set {
        key: format!("report:{}", key_of(playbook, report.key.as_str())),
        due: turn.at,
        payload: json!({ "playbook": playbook, "report": report.key }),
    });
}

/// Everybody who has one of the roles at its place; where nobody has it, the duty manager there or above.
fn people<'w>(
    directory: &Directory,
    book: &CompiledPlaybook,
    all: impl IntoIterator<Item = &'w Who>,
) -> Vec<PersonId> {
    let mut found: Vec<PersonId> = Vec::new();
    for holder in all.into_iter().filter_map(|who| book.holder(who)) {
        let DepartmentRef::Named(department) = &holder.department else { continue };
        let mut people: Vec<_> =
            directory.holders(&holder.role, department).map(|person| person.id.clone()).collect();
        if people.is_empty() {
            let duty = directory.units_up(department).find_map(|unit| unit.duty_manager.clone());
            people.extend(duty);
        }
        found.extend(people.into_iter().filter(|person| directory.active(person).is_some()));
    }
    found.sort();
    found.dedup();
    found
}
