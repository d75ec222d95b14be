//! Reports: that their days exist, that somebody makes and gets them, and that one made at once is asked for.

use super::values::value;
use crate::finding::Finding;
use crate::model::{Action, Cadence, DepartmentRef, Playbook, Report, Who};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, report) in playbook.reports.iter().enumerate() {
        let path = format!("reports[{number}]");
        days(&path, report, &mut findings);
        if report.to.is_empty() {
            findings.push(value(format!("{path}.to"), "somebody must get it", "请写明报送给谁"));
        }
        if report.cadence == Cadence::AtOnce {
            asked_for(playbook, &path, report, &mut findings);
        } else {
            findings.extend(places(playbook, &path, report));
        }
    }
    findings
}

fn days(path: &str, report: &Report, findings: &mut Vec<Finding>) {
    let (fits, en, zh): (fn(u8) -> bool, _, _) = match report.cadence {
        Cadence::Daily | Cadence::AtOnce => (|_| false, "it has no days", "此频次不填 days"),
        Cadence::Weekly => (|day| (1..=7).contains(&day), "week days are 1 to 7", "星期为 1 至 7"),
        Cadence::Monthly | Cadence::Quarterly => (
            |day| (1..=28).contains(&day) || day == 31,
            "days of a month are 1 to 28, or 31 for its end",
            "日期为 1 至 28，或以 31 表示月底",
        ),
    };
    for (which, _) in report.days.iter().enumerate().filter(|(_, day)| !fits(**day)) {
        findings.push(value(format!("{path}.days[{which}]"), en, zh));
    }
    // It covers the whole month or quarter before, whatever its day: two days would tell of the same twice.
    if matches!(report.cadence, Cadence::Monthly | Cadence::Quarterly) && report.days.len() > 1 {
        let en = "one day: a month or quarter is reported once";
        findings.push(value(format!("{path}.days"), en, "请只填一日：每月或每季度只报一次"));
    }
}

/// A report made at once that no rung asks for would never be made, without a word.
fn asked_for(playbook: &Playbook, path: &str, report: &Report, findings: &mut Vec<Finding>) {
    let asks = |action: &Action| matches!(action, Action::Report(key) if *key == report.key);
    if !playbook.ladder.iter().flat_map(|rung| &rung.actions).any(asks) {
        let en = "nothing asks for it: name it in an action of the ladder";
        findings.push(value(format!("{path}.key"), en, "没有升级动作要求此报告：请在 ladder 中引用"));
    }
}

/// A report of a period belongs to no case, so nobody of it can be meant by a part in one.
fn places(playbook: &Playbook, path: &str, report: &Report) -> Vec<Finding> {
    let named = |who: &Who| {
        let usual = || playbook.roles.get::<str>(who.role.as_str()).map(|role| role.department.clone());
        let place = who.department.clone().or_else(usual);
        place.is_none_or(|place| matches!(place, DepartmentRef::Named(_)))
    };
    let to = report.to.iter().enumerate().map(|(n, who)| (format!("{path}.to[{n}]"), who));
    let all = std::iter::once((format!("{path}.from"), &report.from)).chain(to);
    let wrong = all.filter(|(_, who)| !named(who));
    let en = "a regular report is of no case: name the department";
    wrong.map(|(path, _)| value(path, en, "定期报告不属于某一个案：请写明部门")).collect()
}
