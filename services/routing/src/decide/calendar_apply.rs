//! `calendar.apply` → the clocks of open cases that run on an earlier version move to this one: said once for the
//! organisation, then by each case ([`super::clocks_move`]).

use contracts::commands::routing::ApplyCalendar;
use contracts::commands::{Command, check_text};
use contracts::messages::calendar_applied::CalendarApplied;
use contracts::{Problem, ProblemCode};
use runtime::service::Decision;

use super::{Desk, Outcome, administrators_only};
use crate::applying::Version;
use crate::rows::Row;

/// The longest reason, in characters.
pub(super) const LONGEST_REASON: usize = 500;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    administrators_only(&command.actor)?;
    let order: ApplyCalendar = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    let (organisation, to) = (desk.state.organisation(), &order.calendar);
    let versions = organisation.and_then(|all| all.calendars.get(&to.id));
    let published = versions.filter(|versions| versions.contains_key(&to.version)).ok_or_else(|| {
        let detail = format!("{} has no published version {}", to.id, to.version);
        let problem = Problem::new(ProblemCode::NotFound, detail).at("/calendar");
        problem.expected("a version that was published")
    })?;
    let applied = organisation.and_then(|all| all.applied_calendars.get(&to.id)?.last_key_value());
    if let Some((latest, _)) = applied.filter(|(latest, _)| **latest >= to.version) {
        return Err(applied_already(&to.id, *latest, "/calendar/version"));
    }
    let mut from: Vec<u32> = published.range(..to.version).map(|(version, _)| *version).collect();
    from.insert(0, 0); // what started before anything was published runs on the built-in weekdays
    let (by, reason) = (command.actor.plain(), order.reason);
    let mut decision = Decision::nothing();
    let version = Version::Calendar(order.calendar.clone());
    decision.say(CalendarApplied { calendar: order.calendar, from, reason, by });
    let (organisation, cause) = (desk.context.organisation().clone(), desk.context.next_id());
    decision.rows.push(Row::Apply { organisation, cause, version });
    Ok(decision)
}

/// A version goes forward only.
pub(super) fn applied_already(id: &impl std::fmt::Display, latest: u32, field: &str) -> Problem {
    let problem =
        Problem::new(ProblemCode::AlreadyExists, format!("version {latest} of {id} was applied already"));
    problem.at(field).expected(format!("a version above {latest}"))
}
