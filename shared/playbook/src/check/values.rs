//! Values that are of the right type and yet make no sense.

use calendar::{Limit, Measure};
use contracts::facts::FactKind;
use contracts::{StageKind, Text};

use crate::finding::{Code, Finding};
use crate::model::{ConflictScope, DepartmentRef, Once, Playbook, RungOn, Stage};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    numbering(playbook, &mut findings);
    signals(playbook, &mut findings);
    limits(playbook, &mut findings);
    loops(playbook, &mut findings);
    levels(playbook, &mut findings);
    stages(playbook, &mut findings);
    names(playbook, &mut findings);
    conflict(playbook, &mut findings);
    flags(playbook, &mut findings);
    remedies(playbook, &mut findings);
    findings
}

pub(super) fn value(path: impl Into<String>, en: &str, zh: &str) -> Finding {
    Finding::new(path, Code::Value, en, zh)
}

/// From what a party keeps out is not the playbook's to say: it is everything. From what their department does, is.
fn conflict(playbook: &Playbook, findings: &mut Vec<Finding>) {
    let Some(rule) = &playbook.conflict_of_interest else { return };
    let (en, zh) = match (rule.scope, rule.roles_barred.is_empty()) {
        (ConflictScope::Person, false) => (
            "a party to the matter keeps out of everything in any case; leave it out, or say scope: department",
            "当事人一律全程回避；请删去，或写 scope: department",
        ),
        (ConflictScope::Department, true) => {
            ("from which duties does the department keep out?", "该部门回避哪些职责？请填写")
        }
        (ConflictScope::Person, true) | (ConflictScope::Department, false) => return,
    };
    let at = if rule.roles_barred.is_empty() { "scope" } else { "roles_barred" };
    findings.push(value(format!("conflict_of_interest.{at}"), en, zh));
}

fn flags(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for (number, flag) in playbook.routing_flags.iter().enumerate() {
        if flag.fact.kind() != FactKind::Flag {
            let (en, zh) = ("a mark is a fact that is true or false", "标记须是真或假的事实");
            findings.push(value(format!("routing_flags[{number}].fact"), en, zh));
        }
    }
}

/// What a category narrows the remedies to, and what comes before what, must be among those that may be given at all.
fn remedies(playbook: &Playbook, findings: &mut Vec<Finding>) {
    let Some(remedies) = &playbook.remedies else { return };
    for (category, narrower) in &remedies.by_category {
        for (number, remedy) in narrower.iter().enumerate() {
            if !remedies.allowed.contains(remedy) {
                let path = format!("remedies.by_category.{category}[{number}]");
                findings.push(value(path, "this may not be given at all", "“allowed”中没有这种补救措施"));
            }
        }
    }
    for (number, remedy) in remedies.order.iter().enumerate() {
        let path = format!("remedies.order[{number}]");
        if !remedies.allowed.contains(remedy) {
            findings.push(value(path, "this may not be given at all", "“allowed”中没有这种补救措施"));
        } else if remedies.order[..number].contains(remedy) {
            let (en, zh) = (format!("“{remedy}” is declared twice"), format!("“{remedy}”重复声明"));
            findings.push(Finding::new(path, Code::Duplicate, en, zh));
        }
    }
}

fn numbering(playbook: &Playbook, findings: &mut Vec<Finding>) {
    if let Err(error) = playbook.intake.numbering.check() {
        findings.push(value(
            "intake.numbering.pattern",
            &error.to_string(),
            &format!("编号规则不可用：{error}"),
        ));
    }
}

fn signals(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for (number, signal) in playbook.intake.signals.iter().enumerate() {
        if signal.fact().is_none() {
            let en = "the key of a signal is part of a fact key: up to 48 of a-z, 0-9 and _";
            findings.push(value(
                format!("intake.signals[{number}].key"),
                en,
                "信号的键是事实键的一部分：小写字母、数字、下划线，最多 48 个",
            ));
        }
        if signal.words.iter().all(|word| word.trim().is_empty()) {
            let path = format!("intake.signals[{number}].words");
            findings.push(value(path, "a signal needs at least one word", "信号至少要有一个词"));
        }
    }
}

/// An offset, a reminder or a window must be a length of time; “same day” or “day 4 of month” names a date.
fn limits(playbook: &Playbook, findings: &mut Vec<Finding>) {
    let mut length = |path: String, limit: Option<&Limit>| {
        if limit.is_some_and(|limit| limit.measure() == Measure::Date) {
            findings.push(value(
                path,
                "must be a length of time, not a date",
                "此处须为时间长度，不能是日期",
            ));
        }
    };
    for (number, clock) in playbook.clocks.iter().enumerate() {
        for (which, limit) in clock.alert_before.iter().enumerate() {
            length(format!("clocks[{number}].alert_before[{which}]"), Some(limit));
        }
    }
    for (number, rung) in playbook.ladder.iter().enumerate() {
        if let RungOn::Clock(offset) = &rung.on {
            length(format!("ladder[{number}].on.clock.before"), offset.before.as_ref());
            length(format!("ladder[{number}].on.clock.after"), offset.after.as_ref());
        }
    }
    length("intake.repeat.within".to_owned(), playbook.intake.repeat.as_ref().map(|repeat| &repeat.within));
    for (number, rung) in playbook.ladder.iter().enumerate() {
        let RungOn::Clock(offset) = &rung.on else { continue };
        if rung.once == Once::Act {
            let en = "a clock fires a rung once; only a fact may fire one at every act";
            findings.push(value(
                format!("ladder[{number}].once"),
                en,
                "时钟只触发一次；只有事实可以每次触发",
            ));
        }
        if offset.before.is_some() && offset.after.is_some() {
            findings.push(value(
                format!("ladder[{number}].on.clock"),
                "before or after, not both",
                "before 与 after 只能填一个",
            ));
        }
    }
}

fn loops(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for (number, turn) in playbook.loops.iter().enumerate() {
        let path = format!("loops[{number}]");
        match (turn.max, &turn.on_max) {
            (Some(_), None) => {
                let en = "a loop with max needs on_max: where does the case go then?";
                findings.push(value(format!("{path}.max"), en, "设了 max 就必须写 on_max:此后个案去哪里？"));
            }
            (None, Some(_)) => {
                findings.push(value(
                    format!("{path}.on_max"),
                    "on_max has no meaning without max",
                    "没有 max 时 on_max 无意义",
                ));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        let uses = playbook
            .stages
            .iter()
            .enumerate()
            .flat_map(|(at, stage)| stage.next.iter().map(move |way| (at, way)));
        let uses: Vec<_> = uses.filter(|(_, way)| way.via.as_ref() == Some(&turn.key)).collect();
        if uses.is_empty() {
            findings.push(value(format!("{path}.key"), "no move takes this loop", "没有任何去向使用此回路"));
        }
        for (at, way) in uses {
            if playbook.stages[at].key != turn.from || way.to != turn.to {
                let en = format!(
                    "the loop goes from {} to {}, the move from {} to {}",
                    turn.from, turn.to, playbook.stages[at].key, way.to
                );
                let zh = format!(
                    "回路声明为从 {} 到 {}，而去向为从 {} 到 {}",
                    turn.from, turn.to, playbook.stages[at].key, way.to
                );
                findings.push(value(format!("{path}.to"), &en, &zh));
            }
        }
    }
}

fn levels(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for (number, degree) in playbook.severity_levels.iter().enumerate() {
        let expected = u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1);
        if degree.level != expected {
            let path = format!("severity_levels[{number}].level");
            findings.push(value(path, "levels count 1, 2, 3 … in this order", "级别须按 1、2、3……顺序排列"));
        }
        if number == 0 && degree.when.is_some() {
            let en = "the lowest level has no rule: it is where a case belongs otherwise";
            findings.push(value("severity_levels[0].when", en, "最低级别不写规则：其余个案都归于此"));
        }
    }
}

/// What is to be said of a stage that names nobody and nothing that ends it.
fn nobody_named(stage: &Stage) -> Option<(&'static str, &'static str)> {
    let (named, automatic) = (stage.owner.is_some(), stage.automatic.is_some());
    match stage.kind {
        StageKind::Wait => (stage.requires.facts.is_empty() && !automatic).then_some((
            "what does it wait for? require facts, or say when it is automatic",
            "等待什么？请填 requires.facts，或写明何时自动完成",
        )),
        StageKind::Review => (!named).then_some((
            "who reviews? give an owner; the authority matrix says only who decides",
            "由谁审核？请填 owner；授权表只规定由谁审批",
        )),
        StageKind::Audit => (!named).then_some(("who audits? give an owner", "由谁审计？请填 owner")),
        StageKind::Meet => (!named).then_some(("who convenes? give an owner", "由谁召集？请填 owner")),
        StageKind::Account => {
            (!named).then_some(("who holds to account? give an owner", "由谁决定奖惩？请填 owner"))
        }
        StageKind::Correct => (!named).then_some(("who plans? give an owner", "由谁制定措施？请填 owner")),
        StageKind::Archive => None,
        _ => (!named && !automatic).then_some((
            "who does it? give an owner, or say when it is automatic",
            "由谁负责？请填 owner，或写明何时自动完成",
        )),
    }
}

/// A stage that speaks to the customer needs the policy that says how, and is owned by whom that policy names. A review
/// is its owner's: nothing else says whose.
fn stages(playbook: &Playbook, findings: &mut Vec<Finding>) {
    let replier = playbook.reply_policy.as_ref().map(|policy| &policy.replier);
    for (number, stage) in playbook.stages.iter().enumerate() {
        let key = format!("stages[{number}].key");
        let (policy, named) = match stage.kind {
            StageKind::Reply => ("reply_policy", replier),
            StageKind::Callback => ("callback_policy", playbook.callback_of(stage).map(|policy| &policy.by)),
            _ => {
                if let Some((en, zh)) = nobody_named(stage) {
                    findings.push(value(key, en, zh));
                }
                continue;
            }
        };
        let Some(named) = named else {
            let (en, zh) = (
                format!("a {} stage needs a {policy}", stage.kind),
                format!("有 {} 环节就必须有 {policy}", stage.kind),
            );
            findings.push(value(key, &en, &zh));
            continue;
        };
        if stage.owner.as_ref().is_some_and(|owner| owner != named) {
            let en = format!("the owner is not whom {policy} names: the customer hears one voice");
            let zh = format!("owner 与 {policy} 指定的人不一致：对客户只能由一个口径");
            findings.push(value(format!("stages[{number}].owner"), &en, &zh));
        }
        if stage.kind == StageKind::Callback && playbook.satisfaction.is_none() {
            findings.push(value(
                key,
                "a callback stage needs a satisfaction scale",
                "有 callback 环节就必须有 satisfaction 量表",
            ));
        }
        findings
            .extend((stage.kind == StageKind::Callback).then(|| self_callback(playbook, number)).flatten());
    }
}

/// Satisfaction comes from the customer, asked by somebody who did not handle the case.
fn self_callback(playbook: &Playbook, number: usize) -> Option<Finding> {
    let place = |who: &crate::model::Who| {
        let usual = playbook.roles.get::<str>(who.role.as_str()).map(|role| role.department.clone());
        (who.role.clone(), who.department.clone().or(usual))
    };
    let caller = playbook.callback_of(&playbook.stages[number]).map(|policy| place(&policy.by))?;
    let handles = |kind: StageKind| {
        matches!(kind, StageKind::Verify | StageKind::Investigate | StageKind::Propose | StageKind::Execute)
    };
    let handler = playbook.stages.iter().find(|stage| {
        handles(stage.kind) && stage.owner.as_ref().is_some_and(|owner| place(owner) == caller)
    })?;
    let en = format!("the callback is made by the role that does “{}”: somebody else must ask", handler.key);
    let zh = format!("回访由办理“{}”的同一角色进行：必须由他人回访", handler.key);
    Some(Finding::new(format!("stages[{number}].owner"), Code::SelfCallback, en, zh))
}

fn names(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for department in playbook.departments.keys() {
        if DepartmentRef::PARTS.contains(&department.as_str()) {
            let path = format!("departments.{department}");
            findings.push(value(
                path,
                "this word stands for a part in the case and cannot be a department",
                "此词表示个案中的一方，不能用作部门的键",
            ));
        }
    }
    let blank = |text: &Text| text.zh.trim().is_empty() || text.en.trim().is_empty();
    let stages =
        playbook.stages.iter().enumerate().map(|(n, stage)| (format!("stages[{n}].label"), &stage.label));
    let templates =
        playbook.templates.iter().map(|(key, template)| (format!("templates.{key}.body"), &template.body));
    let title = std::iter::once(("title".to_owned(), &playbook.title));
    for (path, _) in stages.chain(templates).chain(title).filter(|(_, text)| blank(text)) {
        findings.push(value(path, "give both languages", "中英文都要填写"));
    }
}
