//! Sheets: points that somebody fills in, at stages where somebody does.

use contracts::StageKind;

use super::values::value;
use crate::finding::Finding;
use crate::model::{Playbook, Stage};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let stages = playbook.stages.iter().enumerate();
    stages.flat_map(|(number, stage)| summary(stage, &format!("stages[{number}]"))).collect()
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
