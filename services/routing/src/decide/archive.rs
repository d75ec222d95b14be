//! `archive` → the case is filed with its closing summary and closed.

use contracts::commands::Command;
use contracts::commands::check_text;
use contracts::commands::routing::Archive;
use contracts::facts::key;
use contracts::{FactValue, Facts, FilledPoint, Problem, ProblemCode, StageKind};
use playbook::{ApproveBefore, ClosureNeed, ResultField, report_waits, sheet};
use serde_json::Value;

use super::triage::{missing_facts, own_visit};
use super::{Desk, Outcome};
use crate::draft::{Draft, evaluation};
use crate::{closing, forms};

/// The longest summary, in characters.
const LONGEST_SUMMARY: usize = 5_000;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: Archive = command.read()?;
    let mut draft = desk.open(&command.actor)?;
    own_visit(&draft, command, (order.visit, order.epoch), StageKind::Archive)?;
    required(&draft, &order)?;
    if let Some(summary) = &order.summary {
        check_text("/summary", summary, LONGEST_SUMMARY)?;
        draft.summary = draft.keep(summary);
    }
    for filled in &order.points {
        if let Some(words) = draft.keep(&filled.text) {
            draft.points.push(FilledPoint { point: filled.point.clone(), words });
        }
    }
    draft.complete(order.visit, "archived", Facts::new(), Value::Null, command.actor.plain())?;
    draft.finish()
}

fn required(draft: &Draft<'_>, order: &Archive) -> Result<(), Problem> {
    let visit = draft.current(order.visit, order.epoch)?;
    let stage = draft.book.stage(&visit.stage).map_err(evaluation)?;
    let mut findings = missing_facts(draft, &stage.requires.facts);
    findings.extend(forms::lacking(&draft.case, &draft.book, &stage.forms));
    if stage.requires.fields.contains(&ResultField::Summary) && order.summary.is_none() {
        let problem = Problem::new(ProblemCode::MissingField, "the playbook requires a closing summary");
        findings.push(problem.at("/summary").expected("what was found, decided and done"));
    }
    findings.extend(sheet::wrong_with(&stage.summary, &order.points));
    let flag = |key| draft.case.facts.get(&key).and_then(FactValue::as_bool) == Some(true);
    let proposed =
        draft.case.facts.get(&key::remedy_amount()).and_then(FactValue::as_int).is_some_and(|fen| fen > 0);
    let asks = |before| draft.book.playbook().approve_before.contains(&before);
    let unapproved = |detail: &'static str, expected: &'static str| {
        Problem::new(ProblemCode::NotApproved, detail).at("/visit").expected(expected)
    };
    if asks(ApproveBefore::Archive) && proposed && !flag(key::approved()) {
        let detail = "the proposal has to be approved before it is filed";
        findings.push(unapproved(detail, "a proposal that was approved"));
    }
    if report_waits(&draft.book.playbook().approve_before, &draft.case.facts) {
        let detail = "the report of the measures has to be approved before it is filed";
        findings.push(unapproved(detail, "a report that was approved"));
    }
    findings.extend(closing::lacks(&draft.case, &draft.book).into_iter().map(not_closable));
    Problem::all(findings).map_or(Ok(()), Err)
}

/// What the playbook requires before a case is closed and this one does not have.
fn not_closable(need: ClosureNeed) -> Problem {
    let (detail, field, expected) = match need {
        ClosureNeed::Satisfied => (
            "the customer has to be satisfied before it is filed",
            "/facts/satisfaction",
            "a positive answer",
        ),
        ClosureNeed::Audited => {
            ("it has to be audited before it is filed", "/visit", "an audit that it passed")
        }
        ClosureNeed::Archived => ("it has to be filed", "/visit", "its archive"),
    };
    Problem::new(ProblemCode::MissingField, detail).at(field).expected(expected)
}
