//! `playbook.apply` → open cases that follow an earlier version follow this one: said once for the organisation,
//! then by each case ([`super::case_change`]).

use contracts::Problem;
use contracts::SubjectRef;
use contracts::commands::routing::ApplyPlaybook;
use contracts::commands::{Command, check_text};
use contracts::messages::playbook_applied::PlaybookApplied;
use runtime::service::Decision;

use super::calendar_apply::{LONGEST_REASON, applied_already};
use super::playbook_activate::missing;
use super::{Desk, Outcome, administrators_only};
use crate::applying::Version;
use crate::rows::Row;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    administrators_only(&command.actor)?;
    let order: ApplyPlaybook = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    let (own, to) = (desk.context.organisation(), &order.playbook);
    let book = desk.library.playbook(desk.context, to)?;
    let state = desk.context.peek(&SubjectRef::directory(own));
    let directory = state.as_ref().and_then(|state| state.directory()).cloned().unwrap_or_default();
    if let Some(problem) = Problem::all(missing(desk, &book, &directory)) {
        return Err(problem);
    }
    let organisation = desk.state.organisation();
    let applied = organisation.and_then(|all| all.applied_playbooks.get(&to.id)?.last_key_value());
    if let Some((latest, _)) = applied.filter(|(latest, _)| **latest >= to.version) {
        return Err(applied_already(&to.id, *latest, "/playbook/version"));
    }
    let shelf = desk.context.peek(&SubjectRef::playbook(own, &to.id));
    let versions = shelf.as_ref().and_then(|state| state.playbook()).map(|all| &all.versions);
    let earlier = versions.into_iter().flat_map(|versions| versions.range(..to.version));
    let from = earlier.map(|(version, _)| *version).collect();
    let (by, reason) = (command.actor.plain(), order.reason);
    let mut decision = Decision::nothing();
    let version = Version::Playbook(order.playbook.clone());
    decision.say(PlaybookApplied { playbook: order.playbook, from, reason, by });
    let (organisation, cause) = (own.clone(), desk.context.next_id());
    decision.rows.push(Row::Apply { organisation, cause, version });
    Ok(decision)
}
