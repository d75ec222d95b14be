//! Guided forms: every gate can be passed, and whatever must be given is asked behind them.

use std::collections::BTreeSet;

use contracts::Text;

use super::values::value;
use crate::finding::{Code, Finding};
use crate::model::{GuidedForm, IntakeField, Playbook};

/// What a customer is not asked by a field of a form: it follows from others, or is not theirs to say.
const NOT_ASKED: [IntakeField; 4] = [
    IntakeField::Contact,
    IntakeField::ToldAt,
    IntakeField::ComplainedDepartment,
    IntakeField::ComplainedPerson,
];
/// Ways to reach somebody: any of them is a contact.
const WAYS: [IntakeField; 4] =
    [IntakeField::Phone, IntakeField::Email, IntakeField::Address, IntakeField::AlternativeContact];

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, channel) in playbook.channels.iter().enumerate() {
        let path = format!("channels[{number}].guided");
        let Some(form) = &channel.guided else { continue };
        notice(&path, &form.notice.text, &mut findings);
        companies(&path, form, &mut findings);
        fields(&path, form, &mut findings);
        asked(&path, (playbook, form), &mut findings);
    }
    findings
}

fn notice(path: &str, text: &Text, findings: &mut Vec<Finding>) {
    if text.zh.trim().is_empty() || text.en.trim().is_empty() {
        let (en, zh) = ("what is agreed to is written, in both languages", "须知应以两种语言写明");
        findings.push(value(format!("{path}.notice.text"), en, zh));
    }
}

fn twice(path: String, key: &str) -> Finding {
    let (en, zh) = (format!("“{key}” is declared twice"), format!("“{key}”重复声明"));
    Finding::new(path, Code::Duplicate, en, zh)
}

/// Companies are of provinces that there are, and no province is a dead end.
fn companies(path: &str, form: &GuidedForm, findings: &mut Vec<Finding>) {
    let mut provinces = BTreeSet::new();
    for (number, province) in form.provinces.iter().enumerate() {
        if !provinces.insert(&province.key) {
            findings.push(twice(format!("{path}.provinces[{number}].key"), province.key.as_str()));
        }
        if !form.companies.iter().any(|one| one.provinces.contains(&province.key)) {
            let (en, zh) = ("no company can be complained of there", "该省份没有可投诉的企业");
            findings.push(value(format!("{path}.provinces[{number}]"), en, zh));
        }
    }
    if provinces.is_empty() {
        let (en, zh) =
            ("nobody gets past a choice of nothing: name the provinces", "请列出可选省份，否则无法继续");
        findings.push(value(format!("{path}.provinces"), en, zh));
    }
    let mut keys = BTreeSet::new();
    for (number, company) in form.companies.iter().enumerate() {
        let path = format!("{path}.companies[{number}]");
        if !keys.insert(&company.key) {
            findings.push(twice(format!("{path}.key"), company.key.as_str()));
        }
        if company.provinces.is_empty() {
            let (en, zh) = ("in which provinces can it be complained of?", "该企业属于哪些省份？请填写");
            findings.push(value(format!("{path}.provinces"), en, zh));
        }
        for (which, province) in company.provinces.iter().enumerate() {
            if !provinces.contains(province) {
                let (en, zh) =
                    (format!("unknown province “{province}”"), format!("未声明的省份“{province}”"));
                findings.push(Finding::new(
                    format!("{path}.provinces[{which}]"),
                    Code::UnknownReference,
                    en,
                    zh,
                ));
            }
        }
    }
}

/// Each field is asked once, and is one that a customer can fill in.
fn fields(path: &str, form: &GuidedForm, findings: &mut Vec<Finding>) {
    let mut met = BTreeSet::new();
    for (list, fields) in [("consumer", &form.consumer), ("business", &form.business)] {
        if fields.is_empty() {
            let (en, zh) = ("what is asked here? name the fields", "此处填写什么？请列出字段");
            findings.push(value(format!("{path}.{list}"), en, zh));
        }
        for (number, field) in fields.iter().enumerate() {
            let path = format!("{path}.{list}[{number}]");
            if !met.insert(field) {
                findings.push(twice(path, field.as_str()));
            } else if NOT_ASKED.contains(field) {
                let (en, zh) = (
                    "a customer is not asked this by a field: name the ways to reach them, or leave it out",
                    "此项不能由客户填写：请列出具体联系方式，或删去",
                );
                findings.push(value(path, en, zh));
            }
        }
    }
}

/// What must be given is asked: else every complaint would be refused at the end.
fn asked(path: &str, (playbook, form): (&Playbook, &GuidedForm), findings: &mut Vec<Finding>) {
    let asks = |field: &IntakeField| form.consumer.contains(field) || form.business.contains(field);
    let required = playbook.intake.required.iter().chain([&IntakeField::Narrative]);
    let lacking: BTreeSet<_> = required
        .filter(|field| match field {
            IntakeField::Contact => !WAYS.iter().any(asks),
            // Photographs may be added to any form; the other two have a usual value.
            IntakeField::Evidence | IntakeField::Kind | IntakeField::CustomerType => false,
            field => !asks(field),
        })
        .collect();
    for field in lacking {
        let en = format!("“{field}” must be given, and the form does not ask for it");
        findings.push(value(path.to_owned(), &en, &format!("“{field}”必须填写，表单却没有询问")));
    }
}
