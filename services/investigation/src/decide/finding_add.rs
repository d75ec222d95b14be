//! `finding.add`: the evidence record with its sources. Anybody who holds work of the investigation may add
//! to it; at a stage of kind `investigate` the last finding says whether the cause is established and ends the visit.

use contracts::commands::investigation::AddFinding;
use contracts::commands::{Command, check_text};
use contracts::messages::finding_recorded::FindingRecorded;
use contracts::results::InvestigateResult;
use contracts::{Facts, Problem, ProblemCode, ServiceName, WordId};
use runtime::service::{Context, Decision};
use serde_json::json;

use super::{Decided, seat};
use crate::config::Limits;
use crate::state::{State, Task};

/// Where a finding may come from.
pub(super) const SOURCES: [&str; 9] =
    ["statement", "video", "sales_record", "order", "photo", "test", "document", "site_visit", "other"];

/// The stages at which findings are taken.
const TASKS: [Task; 5] = [Task::Verify, Task::Investigate, Task::Propose, Task::Execute, Task::Correct];

pub(super) fn decide(context: &Context<'_, State>, state: &State, command: &Command) -> Decided {
    let order: AddFinding = command.read()?;
    let seat = seat::take(state, command, (order.visit, order.epoch), &TASKS)?;
    check_text("/finding", &order.finding, Limits::default().text)?;
    if !SOURCES.contains(&order.source.as_str()) {
        return Err(Problem::new(ProblemCode::InvalidField, "evidence does not come from there")
            .at("/source")
            .expected(SOURCES.join(", ")));
    }
    if order.established.is_some() && seat.visit.task != Task::Investigate {
        return Err(Problem::new(ProblemCode::InvalidField, "this stage does not end with a finding")
            .at("/established")
            .expected("nothing, outside a stage of kind investigate"));
    }

    let mut decision = Decision::nothing();
    let words = WordId(context.next_id());
    let finding = decision.keep(words, ServiceName::Investigation, seat.complaint, &order.finding);
    decision.say(FindingRecorded {
        visit: order.visit,
        finding,
        source: order.source,
        by: command.actor.plain(),
    });
    if let Some(established) = order.established {
        seat.has_what_is_required()?;
        let outcome = if established { "established" } else { "not_established" };
        let outcome = seat.open.needs.outcome(outcome, "/established")?;
        let findings = u32::try_from(seat.instance.findings.len()).unwrap_or(u32::MAX).saturating_add(1);
        let results = InvestigateResult { established, findings };
        seat.complete(&mut decision, outcome, Facts::new(), &results)?;
    }
    decision.answer_with(&json!({ "finding": words }))
}
