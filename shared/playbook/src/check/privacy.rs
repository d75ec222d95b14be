//! Privacy: that what is asked to identify somebody is taken down at intake, and what is masked is kept there alone.

use std::collections::BTreeSet;

use super::values::value;
use crate::finding::{Code, Finding};
use crate::form_fields::FieldSource;
use crate::model::{IntakeField, Playbook};
use crate::words::Key;

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(privacy) = &playbook.privacy else { return findings };
    once("privacy.identity_check", &privacy.identity_check, &mut findings);
    once("privacy.masking", &privacy.masking, &mut findings);
    for (number, field) in privacy.identity_check.iter().enumerate() {
        if !playbook.intake.required.contains(field) {
            let path = format!("privacy.identity_check[{number}]");
            let en = "nobody can be identified by what intake need not know: name it in intake.required too";
            findings.push(value(path, en, "登记时未必填的内容不能用来核实身份：请同时列入 intake.required"));
        }
    }
    for (number, field) in privacy.masking.iter().enumerate() {
        if !is_sealed(*field) {
            let path = format!("privacy.masking[{number}]");
            let en =
                "this is a fact of the case, which everybody who sees the case sees; it cannot be masked";
            findings.push(value(path, en, "此项是个案的事实，能看到个案的人都能看到，无法隐藏"));
        }
    }
    let mut met = BTreeSet::new();
    for (number, role) in privacy.roles.iter().enumerate() {
        let path = format!("privacy.roles[{number}]");
        if !playbook.roles.contains_key::<str>(role.as_str()) {
            let (en, zh) = (format!("unknown role “{role}”"), format!("未声明的角色“{role}”"));
            findings.push(Finding::new(path, Code::UnknownReference, en, zh));
        } else if !met.insert(role) {
            findings.push(twice(path, role.as_str()));
        }
    }
    findings
}

fn once(list: &str, fields: &[IntakeField], findings: &mut Vec<Finding>) {
    let mut met = BTreeSet::new();
    for (number, field) in fields.iter().enumerate() {
        if !met.insert(*field) {
            findings.push(twice(format!("{list}[{number}]"), field.as_str()));
        }
    }
}

fn twice(path: String, key: &str) -> Finding {
    let (en, zh) = (format!("“{key}” is declared twice"), format!("“{key}”重复声明"));
    Finding::new(path, Code::Duplicate, en, zh)
}

/// Whether intake alone keeps it, and not as a file, which is read or not.
fn is_sealed(field: IntakeField) -> bool {
    let source = Key::new(field.as_str()).map(|key| FieldSource::of(&key));
    field != IntakeField::Evidence && source == Ok(FieldSource::Kept(field))
}
