//! `case.raise` → `case.escalated`: somebody who works on the case, or directs it, sees that it is graver than it seemed.
//! The level is raised as a rung of the ladder raises it; it never falls.

use std::collections::BTreeSet;

use contracts::commands::routing::RaiseCase;
use contracts::commands::{Command, check_text};
use contracts::messages::case_escalated::EscalationAction;
use contracts::{Problem, ProblemCode};

use super::work_hand_back::LONGEST_REASON;
use super::{Desk, Outcome, staff};
use crate::ladder::Climb;
use crate::rights::Rights;

/// What is said instead of a rung: no key of one has a colon.
const BY_HAND: &str = "raised:by_hand";

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: RaiseCase = command.read()?;
    check_text("/reason", &order.reason, LONGEST_REASON)?;
    let person = staff(&command.actor)?;
    let mut draft = desk.open(&command.actor)?;
    draft.rights().works_on(&command.actor)?;
    may(&draft.rights())?;
    let (above, highest) = (draft.level().saturating_add(1), draft.book.highest_level());
    if !(above..=highest).contains(&order.level) {
        let problem = Problem::new(ProblemCode::InvalidField, "a case is raised above its level");
        return Err(problem.at("/level").expected(format!("{above} to {highest}")));
    }
    let raised = EscalationAction::LevelRaised { level: order.level };
    // Whoever holds the main work, and the duty manager, hear of it; whoever did it knows.
    let holder = draft.case.main_visit().and_then(|(visit, _)| draft.holder_at(visit));
    let people: BTreeSet<_> =
        holder.into_iter().chain(draft.on_duty(&draft.responsible())).filter(|one| one != person).collect();
    let told = (!people.is_empty()).then(|| EscalationAction::Notified {
        people: people.into_iter().collect(),
        template: None,
        report: None,
    });
    let done = std::iter::once(raised).chain(told).collect();
    let because = draft.because(&command.actor, &order.reason);
    draft.escalate(BY_HAND, None, Climb::of(done, order.level).because(because))?;
    draft.advance()?;
    draft.finish()
}

/// Whether the level of a case can be raised at all now.
///
/// # Errors
/// `wrong-stage` when it is closed, `not-allowed` at the highest level.
pub(crate) fn may(rights: &Rights<'_>) -> Result<(), Problem> {
    if rights.case.is_closed() {
        let problem = Problem::new(ProblemCode::WrongStage, "the case is closed").at("/level");
        return Err(problem.expected("a case that is open"));
    }
    if rights.case.level >= rights.book.highest_level() {
        let problem = Problem::new(ProblemCode::NotAllowed, "there is no higher level").at("/level");
        return Err(problem.expected("a case below the highest level of the playbook"));
    }
    Ok(())
}
