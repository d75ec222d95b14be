//! Measures: who plans them, that an overdue one is seen, what counts as one, who verifies that they worked.

use contracts::StageKind;
use contracts::facts::key;

use super::values::value;
use crate::finding::Finding;
use crate::model::Playbook;

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    stages(playbook, &mut findings);
    let Some(capa) = &playbook.capa else { return findings };
    if !playbook.stages.iter().any(|stage| stage.kind == StageKind::Correct) {
        let en = "nobody keeps it: no stage is of kind correct";
        findings.push(value("capa", en, "没有 correct 环节，无人执行"));
    }
    for (number, forbidden) in capa.forbidden.iter().enumerate() {
        if capa.methods.iter().any(|method| method.key == forbidden.key) {
            let en = "what is forbidden cannot be a method as well";
            findings.push(value(format!("capa.forbidden[{number}].key"), en, "禁止的做法不能同时列为方法"));
        }
    }
    findings
}

/// A plan is somebody's, and whoever is to see that a measure is overdue sees it by a clock.
fn stages(playbook: &Playbook, findings: &mut Vec<Finding>) {
    let seen = playbook.clocks.iter().any(|clock| clock.cap.as_ref() == Some(&key::measure_due()));
    for (number, stage) in playbook.stages.iter().enumerate() {
        if stage.kind != StageKind::Correct {
            continue;
        }
        if stage.automatic.is_some() {
            let en = "measures are planned by people: it is never automatic";
            findings.push(value(format!("stages[{number}].automatic"), en, "措施须由人制定，不能自动完成"));
        }
        if !seen {
            let en = "nobody would see an overdue measure: give a clock with cap: measure_due";
            let zh = "措施逾期将无人知晓：请设一个 cap: measure_due 的时限";
            findings.push(value(format!("stages[{number}].key"), en, zh));
        }
    }
}
