//! Timers of the organisation → `report.due`, and the timer of the next making.
//!
//! | key | fires when |
//! |---|---|
//! | `report:<playbook>:<report>` | a report of a playbook in force falls due |
//! | `version:<instant>` | versions come into force: their reports begin |
//!
//! At one instant reports fire first: what ends with a version is still reported as it said.
//!
//! A report of a playbook in force has one timer, from when it comes into force until it does not hold any more. One
//! that fires late still says its own period, and the next one follows from the time it was due: after a long stop every
//! period is made, in order, and none twice. Another version with the same schedule leaves the timer alone; a report
//! that is new, or falls due at other times, begins with the version that says so.

use std::collections::BTreeMap;

use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::playbook_activated::PlaybookActivated;
use contracts::messages::report_due::ReportDue;
use contracts::{PersonId, PlaybookId, Problem, ProblemCode, SubjectRef};
use jiff::Timestamp;
use playbook::{CompiledPlaybook, DepartmentRef, Report, Who, versions};
use runtime::service::{Decision, Due, TimerChange};
use serde::Deserialize;
use serde_json::json;

use super::{Desk, Outcome};
use crate::library::calendar_for;
use crate::reporting::{self, Turn};
use crate::rows::Row;
use crate::state::{Directory, Organisation};

/// How the timers of versions begin.
const VERSION: &str = "version:";

/// What was stored with a timer.
#[derive(Debug, Deserialize)]
struct Payload {
    playbook: PlaybookId,
    report: String,
    /// Timers of earlier programs are without: it then follows from when they were due.
    turn: Option<Turn>,
}

/// What a timer of the organisation comes to.
pub(super) fn on_timer(desk: &Desk<'_>, organisation: &Organisation, due: &Due) -> Outcome {
    if !due.key.starts_with(VERSION) {
        return report(desk, organisation, due);
    }
    let known = &organisation.activations;
    let change = [versions(known.before(due.due)), versions(known.at(due.due))];
    let mut decision = Decision::nothing();
    begin(desk, &mut decision, organisation, change, due.due)?;
    Ok(decision)
}

fn report(desk: &Desk<'_>, organisation: &Organisation, due: &Due) -> Outcome {
    let Payload { playbook, report, turn } = Payload::deserialize(&due.payload)
        .map_err(|error| Problem::new(ProblemCode::Internal, format!("timer {}: {error}", due.key)))?;
    let mut decision = Decision::nothing();
    // A playbook that is no longer in force reports no more; one that comes into force again begins anew.
    let known = &organisation.activations;
    let standing =
        known.version_at(&playbook, due.due).or_else(|| known.version_at(&playbook, desk.context.now()));
    let ending = versions(known.before(due.due)).remove(&playbook);
    let Some(reference) = ending.or_else(|| standing.cloned()) else { return Ok(decision) };
    let book = desk.library.playbook(desk.context, &reference)?;
    let Some(model) = book.report(&report) else { return Ok(decision) };
    let calendar = desk.library.calendar(Some(organisation), &calendar_for(Some(organisation), None))?;
    let made = organisation.reports.get(&key_of(&playbook, &report)).is_some_and(|last| *last >= due.due);
    let turn = turn.or_else(|| reporting::at(model, due.due, &calendar));
    let period = turn.as_ref().map(|turn| turn.period.clone());
    if let Some(turn) = turn.filter(|_| !made) {
        let state = desk.context.peek(&SubjectRef::directory(desk.context.organisation()));
        let directory = state.as_ref().and_then(|state| state.directory()).cloned().unwrap_or_default();
        decision.say(ReportDue {
            report: report.clone(),
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
    let Some(standing) = standing else { return Ok(decision) };
    let book = desk.library.playbook(desk.context, standing)?;
    let Some(model) = book.report(&report) else { return Ok(decision) };
    let next = reporting::next(model, due.due, &calendar);
    // In a zone further west the same day begins once more; and no period is told of twice.
    let again = next.as_ref().filter(|next| Some(&next.period) == period.as_ref()).map(|next| next.at);
    let next = again.map_or(next, |at| reporting::next(model, at, &calendar));
    decision.timers.extend(next.map(|turn| timer(&playbook, model, turn)));
    Ok(decision)
}

/// Sets the timers that an activation needs: of its reports, or of when it comes into force.
pub(super) fn ordered(
    desk: &Desk<'_>,
    decision: &mut Decision<Row>,
    said: &PlaybookActivated,
) -> Result<(), Problem> {
    let (none, now) = (Organisation::default(), desk.context.now());
    let organisation = desk.state.organisation().unwrap_or(&none);
    if let Some(from) = said.effective_from {
        decision.timers.push(TimerChange::Set { key: version_timer(from), due: from, payload: json!({}) });
        return Ok(());
    }
    let after = organisation.once_activated(said, now);
    let change = [versions(organisation.activations.at(now)), versions(after.at(now))];
    begin(desk, decision, organisation, change, now)
}

/// The timer of what comes into force at an instant.
pub(super) fn version_timer(from: Timestamp) -> String {
    format!("{VERSION}{from}")
}

/// Sets the timers of the reports that come into force at an instant; those that are in force with the same schedule go on.
fn begin(
    desk: &Desk<'_>,
    decision: &mut Decision<Row>,
    organisation: &Organisation,
    [before, after]: [BTreeMap<PlaybookId, PlaybookRef>; 2],
    from: Timestamp,
) -> Result<(), Problem> {
    let calendar = desk.library.calendar(Some(organisation), &calendar_for(Some(organisation), None))?;
    for (id, reference) in after {
        let earlier = before.get(&id);
        let earlier = earlier.map(|one| desk.library.playbook(desk.context, one)).transpose()?;
        let book = desk.library.playbook(desk.context, &reference)?;
        for report in &book.playbook().reports {
            let was = earlier.as_ref().and_then(|book| book.report(report.key.as_str()));
            if was.is_some_and(|was| reporting::is_alike(was, report)) {
                continue;
            }
            let key = timer_of(&id, report.key.as_str());
            let next = reporting::next(report, from, &calendar);
            let change = next.map_or(TimerChange::Cancel { key }, |turn| timer(&id, report, turn));
            decision.timers.push(change);
        }
    }
    Ok(())
}

/// How the makings of a report are remembered, and its timer called.
pub(crate) fn key_of(playbook: &PlaybookId, report: &str) -> String {
    format!("{playbook}:{report}")
}

fn timer_of(playbook: &PlaybookId, report: &str) -> String {
    format!("report:{}", key_of(playbook, report))
}

fn timer(playbook: &PlaybookId, report: &Report, turn: Turn) -> TimerChange {
    TimerChange::Set {
        key: timer_of(playbook, report.key.as_str()),
        due: turn.at,
        payload: json!({ "playbook": playbook, "report": report.key, "turn": turn }),
    }
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
