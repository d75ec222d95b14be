//! Sheets: points that somebody fills in, at stages where somebody does.

use contracts::StageKind;

use super::values::value;
use crate::finding::Finding;
use crate::model::{Playbook, Stage};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let stages = playbook.stages.iter().enumerate();
    stages
        .flat_map(|(number, stage)| {
            let path = format!("stages[{number}]");
            summary(stage, &path).into_iter().chain(preparation(stage, &path))
        })
        .collect()
}

/// A closing summary is written by a person, at the archive.
fn summary(stage: &Stage, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if stage.summary.is_empty() {
        return findings;
    }
    if stage.kind != StageKind::Archive {
        let en = "only a stage of kind archive has a closing summary";
        findings.push(value(format!("{path}.summary"), en, "只有 archive 环节才有结案总结"));
    } else if stage.owner.is_none() || stage.automatic.is_some() {
        let en = "who writes the summary? give an owner, and never automatic";
        findings.push(value(format!("{path}.summary"), en, "总结由谁撰写？请填 owner，且不能自动完成"));
    }
    findings
}

/// Whoever contacts the customer prepares for it.
fn preparation(stage: &Stage, path: &str) -> Option<Finding> {
    if stage.prepare.is_empty() {
        return None;
    }
    let (en, zh) = if stage.kind != StageKind::Contact {
        ("only a stage of kind contact is prepared", "只有 contact 环节才有联系前的准备单")
    } else if stage.owner.is_none() || stage.automatic.is_some() {
        ("who prepares? give an owner, and never automatic", "准备单由谁填写？请填 owner，且不能自动完成")
    } else {
        return None;
    };
    Some(value(format!("{path}.prepare"), en, zh))
}
