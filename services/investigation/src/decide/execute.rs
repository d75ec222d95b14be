//! `execute`: the remedy was carried out. Nothing is paid before the round is approved, and never more than the
//! approved version says, however many times it is carried out.

use contracts::commands::investigation::Execute;
use contracts::commands::{Command, check_text};
use contracts::facts::key;
use contracts::messages::proposal_made::Remedy;
use contracts::messages::remedy_executed::RemedyExecuted;
use contracts::results::ExecuteResult;
use contracts::{Facts, Fen, Problem, ProblemCode, ServiceName, WordId};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::seat::Seat;
use super::{Decided, remedies, seat};
use crate::config::Limits;
use crate::needs::Execution;
use crate::state::{State, Task};

pub(super) fn decide(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    let order: Execute = command.read()?;
    let seat = seat::take(state, command, (order.visit, order.epoch), &[Task::Execute])?;
    check_text("/account", &order.account, Limits::default().text)?;
    let given = if order.remedies.is_empty() && seat.instance.verdict != Some(false) {
        seat.instance.owed()
    } else {
        order.remedies
    };
    remedies::stand(&given, &seat.instance)?;
    let total = remedies::sum(&given, &seat.open.needs.remedies)?;
    check_approved(&seat, total)?;
    remedies::within_proposal(&given, &seat.instance)?;
    seat.has_what_is_required()?;
    let outcome = seat.open.needs.outcome("done", "/visit")?;

    let mut decision = Decision::nothing();
    let words = WordId(context.next_id());
    let account = decision.keep(words, ServiceName::Investigation, seat.complaint, &order.account);
    let results = results(&seat, &given, total);
    decision.say(RemedyExecuted { visit: order.visit, remedies: given, account, by: command.actor.plain() });
    let facts = Facts::from([(key::remedy_executed(), true.into())]);
    seat.complete(&mut decision, outcome.clone(), facts, &results)?;
    decision.answer_with(&json!({ "outcome": outcome, "total": total, "account": words }))
}

fn check_approved(seat: &Seat<'_>, total: Fen) -> Result<(), Problem> {
    let refused = |detail: &str| {
        Err(Problem::new(ProblemCode::NotApproved, detail)
            .at("/visit")
            .expected("a proposal that was approved"))
    };
    match (seat.open.needs.execution, seat.instance.proposal()) {
        (Execution::Free, _) => Ok(()),
        (Execution::AfterApproval, Some(_)) if seat.instance.is_approved() => Ok(()),
        (Execution::AfterApproval, Some(_)) => refused("the current version of the proposal is not approved"),
        // A plan that was approved without a proposal allows work, not money: no amount was ever approved.
        (Execution::AfterApproval, None) if seat.open.approved_before && total == Fen(0) => Ok(()),
        (Execution::AfterApproval, None) => refused("nothing was approved that could be carried out"),
    }
}

fn results(seat: &Seat<'_>, given: &[Remedy], total: Fen) -> ExecuteResult {
    ExecuteResult {
        proposal: seat.instance.proposal().map(|newest| newest.id),
        remedies: given.to_vec(),
        total,
    }
}
