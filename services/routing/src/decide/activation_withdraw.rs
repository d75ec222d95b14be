//! `activation.withdraw` → a version that was to come into force does not.

use contracts::commands::routing::WithdrawActivation;
use contracts::commands::{Command, check_text};
use contracts::messages::activation_withdrawn::ActivationWithdrawn;
use contracts::{Problem, ProblemCode};
use runtime::service::{Decision, TimerChange};

use super::playbook_activate::LONGEST_KEY;
use super::{Desk, Outcome, administrators_only, report_due};

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    administrators_only(&command.actor)?;
    let WithdrawActivation { playbook, scope, effective_from } = command.read()?;
    if let Some(text) = &scope.customer_type {
        check_text("/scope/customer_type", text, LONGEST_KEY)?;
    }
    let organisation = desk.state.organisation();
    let coming = || organisation.into_iter().flat_map(|all| all.activations.after(desk.context.now()));
    let of_it = || coming().filter(|one| one.playbook == playbook);
    let for_them = || of_it().filter(|one| one.scope == scope);
    if !for_them().any(|one| one.begins() == effective_from) {
        let field = match (of_it().next(), for_them().next()) {
            (None, _) => "/playbook",
            (_, None) => "/scope",
            _ => "/effective_from",
        };
        let problem = Problem::new(ProblemCode::NotFound, "no such activation is to come").at(field);
        return Err(problem.expected("one that is still to come; what holds already is replaced by another"));
    }
    let mut decision = Decision::nothing();
    if coming().filter(|one| one.begins() == effective_from).count() == 1 {
        decision.timers.push(TimerChange::Cancel { key: report_due::version_timer(effective_from) });
    }
    decision.say(ActivationWithdrawn { playbook, scope, effective_from, by: command.actor.plain() });
    Ok(decision)
}
