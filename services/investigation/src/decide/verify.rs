//! `verify`: whether the complaint stands, with the reason, before any remedy.

use contracts::commands::investigation::Verify;
use contracts::commands::{Command, check_text};
use contracts::facts::key;
use contracts::messages::verification_recorded::VerificationRecorded;
use contracts::results::VerifyResult;
use contracts::{Facts, ServiceName, WordId};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::{Decided, seat};
use crate::config::Limits;
use crate::state::{State, Task};

pub(super) fn decide(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    let order: Verify = command.read()?;
    let seat = seat::take(state, command, (order.visit, order.epoch), &[Task::Verify])?;
    check_text("/finding", &order.finding, Limits::default().text)?;
    seat.has_what_is_required()?;
    let outcome = if order.substantiated { "substantiated" } else { "unsubstantiated" };
    let outcome = seat.open.needs.outcome(outcome, "/substantiated")?;

    let mut decision = Decision::nothing();
    let words = WordId(context.next_id());
    let finding = decision.keep(words, ServiceName::Investigation, seat.complaint, &order.finding);
    decision.say(VerificationRecorded {
        visit: order.visit,
        substantiated: order.substantiated,
        finding: finding.clone(),
        by: command.actor.plain(),
    });
    let facts = Facts::from([(key::substantiated(), order.substantiated.into())]);
    let results = VerifyResult { substantiated: order.substantiated, finding: Some(finding) };
    seat.complete(&mut decision, outcome.clone(), facts, &results)?;
    decision.answer_with(&json!({ "outcome": outcome, "finding": words }))
}
