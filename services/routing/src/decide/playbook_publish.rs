//! `playbook.publish` → a version of a playbook exists, or every finding with its line and column.

use contracts::commands::routing::PublishPlaybook;
use contracts::commands::{Command, check_nul};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::playbook_published::PlaybookPublished;
use contracts::{Problem, ProblemCode};
use playbook::Finding;
use runtime::service::Decision;
use sha2::{Digest as _, Sha256};

use super::{Desk, Outcome, administrators_only};
use crate::rows::Row;

/// The longest document, in bytes.
const LONGEST: usize = 1 << 20;
/// The longest scenarios beside it, in bytes.
const LONGEST_SCENARIOS: usize = 1 << 18;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    administrators_only(&command.actor)?;
    let order: PublishPlaybook = command.read()?;
    check_length(&order.text)?;
    let (compiled, sha256) = desk.library.checked(&order.text).map_err(broken)?;
    let document = compiled.playbook();
    if document.id.as_str() != command.subject.id {
        let problem =
            Problem::new(ProblemCode::InvalidField, "the text is of another playbook").at("/text/id");
        return Err(problem.expected(command.subject.id.clone()));
    }
    let latest = desk.state.playbook().map_or(0, crate::state::Playbooks::latest);
    if document.version <= latest {
        let detail = format!("version {latest} of {} is published already", document.id);
        let problem = Problem::new(ProblemCode::AlreadyExists, detail).at("/text/version");
        return Err(problem.expected(format!("a version above {latest}")));
    }
    let shown = serde_json::to_value(document).map_err(crate::draft::evaluation)?;
    // YAML can spell what the text itself does not hold.
    check_nul("/text", &shown)?;
    let playbook = PlaybookRef { id: document.id.clone(), version: document.version };
    let mut decision = Decision::nothing();
    let scenarios = order.scenarios.filter(|text| !text.trim().is_empty());
    if let Some(text) = &scenarios {
        check_scenarios(text)?;
        let organisation = desk.context.organisation().clone();
        decision.rows.push(Row::Scenarios { organisation, playbook: playbook.clone(), text: text.clone() });
    }
    decision.say(PlaybookPublished {
        playbook: playbook.clone(),
        document: shown,
        sha256,
        scenarios_sha256: scenarios.map(|text| hex::encode(Sha256::digest(text.as_bytes()))),
        by: command.actor.plain(),
    });
    decision.answer_with(&playbook)
}

/// A text that is too long is not read at all.
///
/// # Errors
/// `too-large`.
pub(crate) fn check_length(text: &str) -> Result<(), Problem> {
    if text.len() > LONGEST {
        let problem = Problem::new(ProblemCode::TooLarge, "the playbook is too large").at("/text");
        return Err(problem.expected(format!("at most {LONGEST} bytes")));
    }
    Ok(())
}

fn check_scenarios(text: &str) -> Result<(), Problem> {
    if text.len() > LONGEST_SCENARIOS {
        let problem = Problem::new(ProblemCode::TooLarge, "the scenarios are too large").at("/scenarios");
        return Err(problem.expected(format!("at most {LONGEST_SCENARIOS} bytes")));
    }
    Ok(())
}

/// One problem that lists all findings.
fn broken(findings: Vec<Finding>) -> Problem {
    let problems = findings.iter().map(|finding| Problem {
        field: Some(pointer(&finding.path)),
        expected: Some(finding.message_zh.clone()),
        ..Problem::new(ProblemCode::BrokenPlaybook, finding.to_string())
    });
    Problem::all(problems.collect()).unwrap_or_else(|| {
        Problem::new(ProblemCode::BrokenPlaybook, "the playbook cannot be read")
            .at("/text")
            .expected("a playbook in YAML")
    })
}

/// `stages[2].next[0].to` as a JSON pointer into the order.
fn pointer(path: &str) -> String {
    let steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
    std::iter::once("text").chain(steps).map(|step| format!("/{step}")).collect()
}
