//! `triage` → the complaint is classified, the department that must answer is named.

use contracts::commands::Command;
use contracts::commands::routing::Triage;
use contracts::facts::key;
use contracts::{DepartmentId, Facts, Problem, ProblemCode, StageKind};
use playbook::ResultField;

use super::{Desk, Outcome, staff};
use crate::draft::{Draft, evaluation};
use crate::forms;
use crate::moving::triage_results;

pub(super) fn decide(desk: &Desk<'_>, command: &Command) -> Outcome {
    let order: Triage = command.read()?;
    let mut draft = desk.open(&command.actor)?;
    own_visit(&draft, command, (order.visit, order.epoch), StageKind::Triage)?;
    let facts = facts(&draft, &order)?;
    required(&draft, &order, &facts)?;
    if let Some(level) = order.level {
        draft.found_level = level_given(&draft, level)?;
    }
    let results = triage_results(draft.level());
    draft.complete(order.visit, "routed", facts, results, command.actor.plain())?;
    draft.finish()
}

/// Refuses an act on a visit of routing's own that has ended, is of another kind, or is somebody else's.
pub(super) fn own_visit(
    draft: &Draft<'_>,
    command: &Command,
    (id, epoch): (contracts::VisitId, u32),
    kind: StageKind,
) -> Result<(), Problem> {
    let visit = draft.current(id, epoch)?;
    if visit.kind != kind {
        let detail = format!("the visit is to {}, a stage of kind {}", visit.stage, visit.kind);
        return Err(Problem::new(ProblemCode::WrongStage, detail)
            .at("/visit")
            .expected(format!("a visit to a stage of kind {kind}")));
    }
    let person = staff(&command.actor)?;
    let holder = draft.holder_at(id);
    if holder.as_ref() != Some(person) {
        let problem =
            Problem::new(ProblemCode::NotTheHolder, "somebody else holds this work, or nobody does yet");
        return Err(problem
            .at("/actor")
            .expected(holder.map_or_else(|| "claim it first".to_owned(), Into::into)));
    }
    Ok(())
}

fn facts(draft: &Draft<'_>, order: &Triage) -> Result<Facts, Problem> {
    let playbook = draft.book.playbook();
    let mut facts = Facts::new();
    if let Some(category) = &order.category {
        if playbook.category(category.as_str()).is_none() {
            let known: Vec<_> = playbook.categories.iter().map(|category| category.key.as_str()).collect();
            let problem = Problem::new(ProblemCode::InvalidField, "the playbook has no such category");
            return Err(problem.at("/category").expected(known.join(", ")));
        }
        facts.insert(key::category(), category.as_str().into());
    }
    let category = order.category.clone().or_else(|| draft.case.category());
    let of_category = || category.and_then(|category| draft.book.department_for(&category).cloned());
    let department = order.department.clone().or_else(of_category).ok_or_else(|| {
        Problem::new(ProblemCode::MissingField, "neither a department nor a category that has one was given")
            .at("/department")
            .expected("a department of the directory")
    })?;
    known_department(draft, &department, "/department")?;
    facts.insert(key::responsible(), department.as_str().into());
    if let Some(unit) = &order.complained_of {
        known_department(draft, unit, "/complained_of")?;
        facts.insert(key::complained_of(), unit.as_str().into());
    }
    Ok(facts)
}

/// Refuses a department that the directory does not have.
pub(super) fn known_department(draft: &Draft<'_>, id: &DepartmentId, field: &str) -> Result<(), Problem> {
    if draft.directory().departments.contains_key(id) {
        return Ok(());
    }
    let known: Vec<_> = draft.directory().departments.keys().map(DepartmentId::as_str).collect();
    let problem = Problem::new(ProblemCode::UnknownDepartment, format!("there is no department {id}"));
    Err(problem.at(field).expected(known.join(", ")))
}

/// What the playbook wants before the case leaves triage: results, and facts that guard the move.
fn required(draft: &Draft<'_>, order: &Triage, facts: &Facts) -> Result<(), Problem> {
    let visit = draft.current(order.visit, order.epoch)?;
    let stage = draft.book.stage(&visit.stage).map_err(evaluation)?;
    let missing = |field: &str| {
        Problem::new(ProblemCode::MissingField, "the playbook requires it")
            .at(field)
            .expected("a value before the case leaves this stage")
    };
    let mut findings = Vec::new();
    for field in &stage.requires.fields {
        let given = match field {
            ResultField::Category => facts.contains_key(&key::category()) || draft.case.category().is_some(),
            ResultField::Level => order.level.is_some(),
            // Asked for whatever the playbook says.
            ResultField::Department
            // These have no place in triage.
            | ResultField::Reason
            | ResultField::Finding
            | ResultField::Cause
            | ResultField::Liable
            | ResultField::LiabilityShares
            | ResultField::Measures
            | ResultField::Remedies
            | ResultField::Done
            | ResultField::Evidence
            | ResultField::ReplyText
            | ResultField::Channel
            | ResultField::Satisfaction
            | ResultField::Comments
            | ResultField::Summary => true,
        };
        findings.extend((!given).then(|| missing(&format!("/{field}"))));
    }
    findings.extend(missing_facts(draft, &stage.requires.facts));
    findings.extend(forms::lacking(&draft.case, &draft.book, &stage.forms));
    Problem::all(findings).map_or(Ok(()), Err)
}

/// The facts that a stage requires and that are not on record.
pub(super) fn missing_facts(draft: &Draft<'_>, wanted: &[contracts::FactKey]) -> Vec<Problem> {
    let known = |key| draft.case.facts.get(key).is_some_and(crate::clocks::is_true);
    let missing = wanted.iter().filter(|key| !known(key));
    missing
        .map(|key| {
            Problem::new(ProblemCode::WrongStage, format!("the fact {key} must be on record first"))
                .at("/visit")
                .expected(key.to_string())
        })
        .collect()
}

pub(super) fn level_given(draft: &Draft<'_>, level: u32) -> Result<u32, Problem> {
    let (lowest, highest) = (draft.level(), draft.book.highest_level());
    if (lowest..=highest).contains(&level) {
        return Ok(level);
    }
    let problem = Problem::new(ProblemCode::InvalidField, "a case never falls below its level");
    Err(problem.at("/level").expected(format!("{lowest} to {highest}")))
}
