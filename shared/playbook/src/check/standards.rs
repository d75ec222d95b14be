//! Handling standards of categories: whatever one gives may be given, at once, for the fault that it names.

use contracts::StageKind;

use super::faults::{comes_later, may_be_at_fault};
use super::values::value;
use crate::finding::Finding;
use crate::model::{Category, Liable, Playbook, Standard};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, category) in playbook.categories.iter().enumerate() {
        if let Some(standard) = &category.standard {
            let path = format!("categories[{number}].standard");
            findings.extend(of_category(playbook, category, standard, &path));
            continue;
        }
        let inherited = playbook.category_line(category.key.as_str()).find_map(|at| at.standard.as_ref());
        if inherited.is_some_and(|standard| !given(playbook, category, standard, "").is_empty()) {
            findings.push(value(
                format!("categories[{number}].key"),
                "the standard of a broader category gives what may not be given here: give it a standard of its own",
                "上级类别的标准给予了该类别不允许的补救措施；请为该类别另定标准",
            ));
        }
    }
    findings
}

fn of_category(playbook: &Playbook, category: &Category, standard: &Standard, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !playbook.stages.iter().any(|stage| stage.kind == StageKind::Propose) {
        let en = "no stage of kind propose makes a proposal from it";
        findings.push(value(path, en, "没有 propose 环节据此提出方案"));
    }
    if standard.liable == Liable::Person {
        let en = "a standard blames no single person: say department";
        findings.push(value(format!("{path}.liable"), en, "标准不能指定个人责任；请写 department"));
    } else if !may_be_at_fault(playbook, standard.liable) {
        let (en, zh) = ("nobody can be at fault as this here", "liability_kinds 中没有该责任方");
        findings.push(value(format!("{path}.liable"), en, zh));
    }
    if standard.reason.zh.trim().is_empty() || standard.reason.en.trim().is_empty() {
        findings.push(value(format!("{path}.reason"), "give both languages", "中英文都要填写"));
    }
    if standard.remedies.is_empty() {
        let en = "what does the standard give? at least an explanation";
        findings.push(value(format!("{path}.remedies"), en, "标准给予什么？至少写一项，例如 explanation"));
    }
    for (number, given) in standard.remedies.iter().enumerate() {
        if given.amount.is_some_and(|amount| amount.fen().0 < 0) {
            let at = format!("{path}.remedies[{number}].amount");
            findings.push(value(at, "an amount cannot be below zero", "金额不能小于零"));
        }
    }
    findings.extend(given(playbook, category, standard, path));
    findings
}

/// What a standard gives, held against what may and must be given for a matter of this category.
fn given(playbook: &Playbook, category: &Category, standard: &Standard, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let remedies = playbook.remedies_for(category.key.as_str());
    let owed: Vec<_> = remedies.iter().flat_map(|listed| listed.owed_by(standard.liable)).collect();
    if !owed.is_empty() && !standard.remedies.iter().any(|given| owed.contains(&given.remedy)) {
        let (en, zh) = (
            "the standard gives nothing of what this fault must give",
            "标准未给予该责任方必须给予的补救措施",
        );
        findings.push(value(format!("{path}.remedies"), en, zh));
    }
    for (number, given) in standard.remedies.iter().enumerate() {
        let at = format!("{path}.remedies[{number}]");
        let remedies = remedies.as_ref();
        if !remedies.is_some_and(|listed| listed.given_by(standard.liable).any(|one| one == given.remedy)) {
            let en = "this may not be given for a matter of this category and this fault";
            findings.push(value(format!("{at}.remedy"), en, "该类别、该责任方不得给予这种补救措施"));
        } else if remedies.is_some_and(|listed| comes_later(&listed.order, &listed.allowed, given.remedy)) {
            let en = "other remedies come before this one (remedies.order), so no first proposal may give it";
            findings.push(value(
                format!("{at}.remedy"),
                en,
                "按 remedies.order，此前须先采取其他措施，首次方案不得给予",
            ));
        }
    }
    findings
}
