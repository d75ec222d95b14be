//! Meetings and accountability: who signs, what is decided on, within which bounds.

use contracts::StageKind;

use crate::finding::{Code, Finding};
use crate::model::{Incentive, IncentiveForm, IncentiveSubject, Playbook, Stage, Trigger};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, stage) in playbook.stages.iter().enumerate() {
        meeting(stage, &format!("stages[{number}]"), &mut findings);
        accountability(playbook, stage, &format!("stages[{number}]"), &mut findings);
    }
    for (number, incentive) in playbook.incentives.iter().enumerate() {
        let path = format!("incentives[{number}]");
        findings.extend(bounds(incentive, &path));
        findings.extend(unfit(incentive, &path));
        findings.extend(nobody_decides(playbook, incentive, &path));
    }
    findings.extend(clocks(playbook));
    findings
}

fn value(path: impl Into<String>, en: &str, zh: &str) -> Finding {
    Finding::new(path, Code::Value, en, zh)
}

/// An opinion that all participants sign needs participants, and people who meet.
fn meeting(stage: &Stage, path: &str, findings: &mut Vec<Finding>) {
    let meets = stage.kind == StageKind::Meet;
    if meets && stage.participants.is_empty() {
        let en = "who signs besides the convener? give participants";
        findings.push(value(format!("{path}.key"), en, "除召集人外还有谁签字？请填 participants"));
    }
    if !meets && !stage.participants.is_empty() {
        let en = "only a stage of kind meet has participants";
        findings.push(value(format!("{path}.participants"), en, "只有 meet 环节才有 participants"));
    }
    if meets && stage.automatic.is_some() {
        let en = "a meeting is of people: it is never automatic";
        findings.push(value(format!("{path}.automatic"), en, "会议须由人召开，不能自动完成"));
    }
}

fn accountability(playbook: &Playbook, stage: &Stage, path: &str, findings: &mut Vec<Finding>) {
    let accounts = stage.kind == StageKind::Account;
    if accounts && stage.incentives.is_empty() {
        let en = "which rewards and penalties is it about? give incentives";
        findings.push(value(format!("{path}.key"), en, "涉及哪些奖惩事项？请填 incentives"));
    }
    if !accounts && !stage.incentives.is_empty() {
        let en = "only a stage of kind account decides on incentives";
        findings.push(value(format!("{path}.incentives"), en, "只有 account 环节才可决定奖惩事项"));
    }
    for (which, key) in stage.incentives.iter().enumerate() {
        let approver = playbook.incentive(key.as_str()).and_then(|incentive| incentive.approver.as_ref());
        if approver.is_some() && stage.owner.is_some() && approver != stage.owner.as_ref() {
            let en = format!("the owner of the stage is not the approver of “{key}”");
            let zh = format!("环节的 owner 不是“{key}”的 approver");
            findings.push(value(format!("{path}.incentives[{which}]"), &en, &zh));
        }
    }
}

/// A range needs both ends in the right order, a share is of a hundred.
fn bounds(incentive: &Incentive, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    match (incentive.amount_from, incentive.amount_to) {
        (Some(from), Some(to)) if from > to => findings.push(value(
            format!("{path}.amount_to"),
            "amount_to must be at least amount_from",
            "amount_to 不得小于 amount_from",
        )),
        (Some(_), None) => findings.push(value(
            format!("{path}.amount_from"),
            "up to how much? give amount_to",
            "上限是多少？请填 amount_to",
        )),
        (Some(_) | None, Some(_)) | (None, None) => {}
    }
    if incentive.percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
        let en = "a share is between 1 and 100 percent";
        findings.push(value(format!("{path}.percent"), en, "比例须在 1 到 100 之间"));
    }
    if incentive.points == Some(0) {
        findings.push(value(format!("{path}.points"), "at least one point", "至少一分"));
    }
    findings
}

/// A fine is money, points are points, a warning is neither.
fn unfit(incentive: &Incentive, path: &str) -> Vec<Finding> {
    use IncentiveForm::{Compensation, Demerit, Fine, Points, RedMark, TeamReward, Warning};
    let mut findings = Vec::new();
    let form = incentive.form;
    let money = incentive.amount_to.is_some() || incentive.percent.is_some();
    let in_money = matches!(form, Fine | Compensation | TeamReward);
    if matches!(form, Fine | Compensation) && !money && incentive.amount_from.is_none() {
        let en = format!("how much? a {form} needs amount_to or percent");
        let zh = format!("金额多少？{form} 须填 amount_to 或 percent");
        findings.push(value(format!("{path}.form"), &en, &zh));
    }
    if matches!(form, Points | Warning | Demerit | RedMark) && money {
        let en = format!("a form of {form} has neither amount nor percent");
        let zh = format!("{form} 没有金额或比例");
        findings.push(value(format!("{path}.form"), &en, &zh));
    }
    if form == Points && incentive.points.is_none() {
        findings.push(value(
            format!("{path}.form"),
            "how many points at most? give points",
            "最多多少分？请填 points",
        ));
    }
    if (in_money || matches!(form, Warning | Demerit | RedMark)) && incentive.points.is_some() {
        let (en, zh) = (format!("a form of {form} has no points"), format!("{form} 没有积分，不应填 points"));
        findings.push(value(format!("{path}.points"), &en, &zh));
    }
    if form == TeamReward && incentive.subject != IncentiveSubject::Team {
        let en = "a team reward concerns the team";
        findings.push(value(format!("{path}.subject"), en, "集体奖励的对象须为 team"));
    }
    findings
}

/// What no stage decides on would be a rule that nobody keeps.
fn nobody_decides(playbook: &Playbook, incentive: &Incentive, path: &str) -> Option<Finding> {
    let named = playbook.stages.iter().any(|stage| stage.incentives.contains(&incentive.key));
    let en = "no stage of kind account names this incentive: nobody would decide on it";
    (!named).then(|| value(format!("{path}.key"), en, "没有 account 环节引用该奖惩事项：无人决定"))
}

/// That a clock ran out begins sides; that it would move clocks as well, no document asks.
fn clocks(playbook: &Playbook) -> Vec<Finding> {
    let lists = playbook.clocks.iter().enumerate().flat_map(|(number, clock)| {
        [("start", &clock.start), ("stop", &clock.stop)].map(|(which, list)| (number, which, list))
    });
    let each = lists.flat_map(|(number, which, list)| {
        list.iter().enumerate().map(move |(at, trigger)| (format!("clocks[{number}].{which}[{at}]"), trigger))
    });
    let missed = each.filter(|(_, trigger)| matches!(trigger, Trigger::Missed(_)));
    let en = "a missed clock begins sides; it starts and stops no clock";
    missed
        .map(|(path, _)| value(format!("{path}.missed"), en, "超时只能启动旁支，不能启动或停止时限"))
        .collect()
}
