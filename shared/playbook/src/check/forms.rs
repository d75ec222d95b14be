//! Forms: that their fields and signatures exist, that what must be filled in can be, and that a stage which asks for a
//! form can wait for it.

use std::collections::BTreeSet;

use contracts::{FactKey, StageKind};

use super::values::value;
use crate::finding::{Code, Finding};
use crate::form_fields::FieldSource;
use crate::model::{Form, IntakeField, Playbook, RungOn, Trigger};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, form) in playbook.forms.iter().enumerate() {
        let path = format!("forms[{number}]");
        if FactKey::completed(form.key.as_str()).is_err() {
            let en = "the key of a form is part of a fact key: up to 48 of a-z, 0-9 and _";
            let zh = "表单的键是事实键的一部分：小写字母、数字、下划线，最多 48 个";
            findings.push(value(format!("{path}.key"), en, zh));
        }
        fields(playbook, &path, form, &mut findings);
        signatures(playbook, &path, form, &mut findings);
    }
    stages(playbook, &mut findings);
    facts(playbook, &mut findings);
    findings
}

fn twice(path: String, key: &str) -> Finding {
    let (en, zh) = (format!("“{key}” is declared twice"), format!("“{key}”重复声明"));
    Finding::new(path, Code::Duplicate, en, zh)
}

fn unknown(path: String, en: &str, zh: &str, given: &str) -> Finding {
    let (en, zh) = (format!("unknown {en} “{given}”"), format!("未声明的{zh}“{given}”"));
    Finding::new(path, Code::UnknownReference, en, zh)
}

fn fields(playbook: &Playbook, path: &str, form: &Form, findings: &mut Vec<Finding>) {
    let mut met = BTreeSet::new();
    for (number, field) in form.fields.iter().enumerate() {
        if !met.insert(field.key.as_str()) {
            findings.push(twice(format!("{path}.fields[{number}].key"), field.key.as_str()));
        }
    }
    if form.fields.is_empty() {
        findings.push(value(format!("{path}.fields"), "a form needs a field", "表单至少要有一个字段"));
    }
    for (number, key) in form.required.iter().enumerate() {
        let place = format!("{path}.required[{number}]");
        if !met.contains(key.as_str()) {
            findings.push(unknown(place, "field", "字段", key.as_str()));
            continue;
        }
        // Nobody could write it there, and the case does not see whether intake has it.
        if let FieldSource::Kept(field) = FieldSource::of(key)
            && field != IntakeField::Narrative
            && !playbook.intake.required.contains(&field)
        {
            let en = "intake keeps this and does not insist on it: name it in intake.required too";
            findings.push(value(place, en, "此项由登记环节保存而未必填：请同时列入 intake.required"));
        }
    }
}

fn signatures(playbook: &Playbook, path: &str, form: &Form, findings: &mut Vec<Finding>) {
    let mut met = BTreeSet::new();
    for (number, role) in form.signatures.iter().enumerate() {
        let place = format!("{path}.signatures[{number}]");
        if !playbook.roles.contains_key::<str>(role.as_str()) {
            findings.push(unknown(place, "role", "角色", role.as_str()));
        } else if !met.insert(role.as_str()) {
            findings.push(twice(place, role.as_str()));
        }
    }
}

/// The kinds that wait for facts before they end: what a round decides is decided, form or no form.
const fn waits_for_facts(kind: StageKind) -> bool {
    match kind {
        StageKind::Clarify
        | StageKind::Triage
        | StageKind::Archive
        | StageKind::Verify
        | StageKind::Investigate
        | StageKind::Propose
        | StageKind::Execute
        | StageKind::Contact
        | StageKind::Reply
        | StageKind::Callback => true,
        StageKind::Register
        | StageKind::Wait
        | StageKind::Inspect
        | StageKind::Correct
        | StageKind::Approve
        | StageKind::Review
        | StageKind::Meet
        | StageKind::Audit
        | StageKind::Account => false,
    }
}

fn stages(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for (number, stage) in playbook.stages.iter().enumerate() {
        let mut met = BTreeSet::new();
        for (which, key) in stage.forms.iter().enumerate() {
            let place = format!("stages[{number}].forms[{which}]");
            if playbook.form(key.as_str()).is_none() {
                findings.push(unknown(place, "form", "表单", key.as_str()));
            } else if !met.insert(key.as_str()) {
                findings.push(twice(place, key.as_str()));
            } else if !waits_for_facts(stage.kind) {
                let en =
                    format!("a {} stage does not wait for a form; ask for it one stage earlier", stage.kind);
                let zh = format!("{} 环节不等待表单；请在前一环节要求", stage.kind);
                findings.push(value(place, &en, &zh));
            }
        }
    }
}

/// A fact that speaks of a form which nobody declared would never become true.
fn facts(playbook: &Playbook, findings: &mut Vec<Finding>) {
    let clocks = playbook.clocks.iter().enumerate().flat_map(|(number, clock)| {
        let start = of_triggers(&format!("clocks[{number}].start"), &clock.start);
        start.into_iter().chain(of_triggers(&format!("clocks[{number}].stop"), &clock.stop))
    });
    let stages = playbook.stages.iter().enumerate().flat_map(|(number, stage)| {
        let begins = stage.side.iter().flat_map(|side| &side.start).cloned().collect::<Vec<_>>();
        let begins = of_triggers(&format!("stages[{number}].side.start"), &begins);
        let asked = stage.requires.facts.iter().enumerate();
        let asked = asked
            .map(move |(which, fact)| (format!("stages[{number}].requires.facts[{which}]"), fact.clone()));
        begins.into_iter().chain(asked)
    });
    let rungs = playbook.ladder.iter().enumerate().filter_map(|(number, rung)| match &rung.on {
        RungOn::Fact(fact) => Some((format!("ladder[{number}].on.fact"), fact.clone())),
        RungOn::Clock(_) => None,
    });
    for (path, fact) in clocks.chain(stages).chain(rungs) {
        if let Some(form) = fact.form().filter(|form| playbook.form(form).is_none()) {
            findings.push(unknown(path, "form", "表单", form));
        }
    }
}

fn of_triggers(path: &str, triggers: &[Trigger]) -> Vec<(String, FactKey)> {
    let facts = triggers.iter().enumerate().filter_map(|(number, trigger)| match trigger {
        Trigger::Fact(fact) => Some((format!("{path}[{number}].fact"), fact.clone())),
        Trigger::Entered(_) | Trigger::Left(_) | Trigger::Event(_) | Trigger::Missed(_) => None,
    });
    facts.collect()
}
