//! Rulings: that their limits are lengths of time, and that nobody rules on their own department.

use calendar::{Limit, Measure};

use super::values::value;
use crate::finding::Finding;
use crate::model::{DepartmentRef, Playbook, Who};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    extensions(playbook, &mut findings);
    let Some(rulings) = &playbook.rulings else { return findings };
    for (number, limit) in rulings.alert_before.iter().enumerate() {
        length(format!("rulings.alert_before[{number}]"), limit, &mut findings);
    }
    if let Some(limit) = &rulings.limit {
        known("rulings.limit".to_owned(), limit, &mut findings);
    }
    if let Some(dispute) = &rulings.dispute {
        if let Some(limit) = &dispute.limit {
            known("rulings.dispute.limit".to_owned(), limit, &mut findings);
        }
        if place(playbook, &dispute.by) == Some(DepartmentRef::Responsible) {
            let en = "the department that disputes it is a party: name another one";
            findings.push(value("rulings.dispute.by", en, "提出争议的部门是当事方：请指定其他部门裁定"));
        }
    }
    findings
}

fn extensions(playbook: &Playbook, findings: &mut Vec<Finding>) {
    for (number, clock) in playbook.clocks.iter().enumerate() {
        let Some(extension) = &clock.extension else { continue };
        let path = format!("clocks[{number}].extension");
        length(format!("{path}.at_most"), &extension.at_most, findings);
        if let Some(limit) = &extension.limit {
            known(format!("{path}.limit"), limit, findings);
        }
        if extension.times == 0 {
            let en = "at least once; leave the extension out where there is none";
            findings.push(value(format!("{path}.times"), en, "至少为 1；不允许延期时请删去 extension"));
        }
        if clock.limit == Limit::Agreed {
            let en = "the customer agreed on the time: only they give more of it";
            findings.push(value(path, en, "该时限由客户约定，只能再与客户约定"));
        }
    }
}

fn length(path: String, limit: &Limit, findings: &mut Vec<Finding>) {
    if limit.measure() == Measure::Date {
        let en = "must be a length of time, not a date";
        findings.push(value(path, en, "此处须为时间长度，不能是日期"));
    }
}

/// The limit of whoever rules is nothing that is agreed with a customer.
fn known(path: String, limit: &Limit, findings: &mut Vec<Finding>) {
    if *limit == Limit::Agreed {
        let en = "whoever rules agrees on nothing with the customer: give a limit";
        findings.push(value(path, en, "裁定时限不由客户约定：请填写时限"));
    }
}

fn place(playbook: &Playbook, who: &Who) -> Option<DepartmentRef> {
    let usual = || playbook.roles.get::<str>(who.role.as_str()).map(|role| role.department.clone());
    who.department.clone().or_else(usual)
}
