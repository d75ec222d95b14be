//! Values of what is said to the customer that are of the right type and yet make no sense.

use contracts::StageKind;

use super::values::value;
use crate::finding::Finding;
use crate::model::{CLOSING_QUESTION, CallbackPolicy, Playbook};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    satisfaction(playbook, &mut findings);
    contact(playbook, &mut findings);
    evidence(playbook, &mut findings);
    scripts(playbook, &mut findings);
    for (path, policy) in playbook.callback_policies() {
        calls(&path, policy, &mut findings);
    }
    callbacks(playbook, &mut findings);
    findings
}

fn satisfaction(playbook: &Playbook, findings: &mut Vec<Finding>) {
    if let Some(satisfaction) = &playbook.satisfaction {
        if !satisfaction.scale.iter().any(|answer| answer.key == satisfaction.best && answer.positive) {
            let en = "best must be a positive answer of the scale";
            findings.push(value("satisfaction.best", en, "best 必须是量表中的肯定答案"));
        }
        if satisfaction.scale.iter().all(|answer| answer.positive) {
            let en = "a customer must be able to say no: one answer must not be positive";
            findings.push(value(
                "satisfaction.scale",
                en,
                "客户须能表示不满意：至少一个答案为 positive: false",
            ));
        }
    }
}

fn calls(at: &str, policy: &CallbackPolicy, findings: &mut Vec<Finding>) {
    let of_category = policy.by_category.iter().enumerate();
    let of_category =
        of_category.map(|(n, calls)| (format!("{at}.by_category[{n}].max"), calls.min, calls.max));
    let all = std::iter::once((format!("{at}.max"), policy.min, policy.max)).chain(of_category);
    for (path, ..) in all.filter(|(_, min, max)| max.is_some_and(|max| max < *min)) {
        findings.push(value(path, "max must be at least min", "max 不得小于 min"));
    }
}

/// A callback that may be left out must be able to end so; one that has to wait stands on the main line.
fn callbacks(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for (number, stage) in playbook.stages.iter().enumerate() {
        if stage.kind != StageKind::Callback && stage.callback.is_some() {
            let en = "only a stage of kind callback calls back";
            findings.push(value(format!("stages[{number}].callback"), en, "只有 callback 环节才有回访办法"));
        }
        let Some(policy) = playbook.callback_of(stage) else { continue };
        let left_out = policy.only_if.is_some() || stage.automatic.is_some();
        let listed = stage.outcomes.iter().any(|outcome| outcome.as_str() == "not_called");
        if left_out && !stage.outcomes.is_empty() && !listed {
            let en = "it may be left out, and then ends as not_called: add that outcome";
            let zh = "此回访可能免除，届时以 not_called 结束：请在 outcomes 中加入";
            findings.push(value(format!("stages[{number}].outcomes"), en, zh));
        }
        if policy.pause_while_open.is_some() && stage.side.is_some() {
            let en = "a side begins when it is triggered and cannot wait: name in side.start what ends the waiting";
            let zh = "旁支一经触发即开始，无法等待：请在 side.start 中写明等待结束的条件";
            let at = if stage.callback.is_some() {
                format!("stages[{number}].callback")
            } else {
                "callback_policy".to_owned()
            };
            findings.push(value(format!("{at}.pause_while_open"), en, zh));
        }
    }
}

/// A file is chosen by a person, so a reply that goes with evidence is somebody's.
fn evidence(playbook: &Playbook, findings: &mut Vec<Finding>) {
    if playbook.reply_policy.as_ref().is_none_or(|policy| policy.evidence_attachments.is_empty()) {
        return;
    }
    for (number, stage) in playbook.stages.iter().enumerate() {
        if stage.kind != StageKind::Reply || (stage.owner.is_some() && stage.automatic.is_none()) {
            continue;
        }
        let en = "a reply that goes with evidence is somebody's: give an owner, and never automatic";
        let zh = "须附证据的答复由人发出：请填 owner，且不能自动完成";
        findings.push(value(format!("stages[{number}].key"), en, zh));
    }
}

/// What is told is told somewhere: at a contact stage.
fn contact(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for (number, stage) in playbook.stages.iter().enumerate() {
        if !stage.tell.is_empty() && stage.kind != StageKind::Contact {
            let en = "whoever contacts the customer tells it: at a contact stage only";
            findings.push(value(
                format!("stages[{number}].tell"),
                en,
                "由联系客户的人告知：只用于 contact 环节",
            ));
        }
    }
    let Some(policy) = &playbook.contact_policy else { return };
    if policy.tell.is_empty() {
        findings.push(value("contact_policy.tell", "say what is told", "请写明要告知的内容"));
    }
    if !playbook.stages.iter().any(|stage| stage.kind == StageKind::Contact) {
        let en = "nobody tells it: no stage is of kind contact";
        findings.push(value("contact_policy", en, "没有 contact 环节，无人告知"));
    }
}

/// Words to avoid that are empty in one language would be found nowhere, without a word.
fn scripts(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for (key, script) in &playbook.scripts {
        for (number, avoid) in script.avoid.iter().enumerate() {
            if avoid.words.zh.trim().is_empty() || avoid.words.en.trim().is_empty() {
                let path = format!("scripts.{key}.avoid[{number}].words");
                findings.push(value(path, "give both languages", "中英文都要填写"));
            }
        }
        if script.say.is_empty() && (script.avoid.is_empty() || key.as_str() == CLOSING_QUESTION) {
            let path = format!("scripts.{key}.label");
            findings.push(value(path, "a script says something", "话术须有内容"));
        }
    }
}
