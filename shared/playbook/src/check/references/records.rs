//! What surrounds the handling of a case: teams, reports, ledgers, measures, incentives, and what is said.

use super::Names;
use crate::finding::{Code, Finding};
use crate::form_fields::FieldSource;
use crate::model::Trigger;

impl Names<'_> {
    pub(super) fn teams(&mut self) {
        for (number, team) in self.playbook.teams.iter().enumerate() {
            let path = format!("teams[{number}]");
            self.who(&format!("{path}.leader"), &team.leader);
            if let Some(deputy) = &team.deputy {
                self.who(&format!("{path}.deputy"), deputy);
            }
            for (which, who) in team.members.iter().enumerate() {
                self.who(&format!("{path}.members[{which}]"), who);
            }
        }
    }

    pub(super) fn reports(&mut self) {
        for (number, report) in self.playbook.reports.iter().enumerate() {
            self.who(&format!("reports[{number}].from"), &report.from);
            for (which, who) in report.to.iter().enumerate() {
                self.who(&format!("reports[{number}].to[{which}]"), who);
            }
        }
    }

    /// What a ledger says of a case is a fact of it: words stay where they were said.
    pub(super) fn ledgers(&mut self) {
        for (number, ledger) in self.playbook.ledger.iter().enumerate() {
            let path = format!("ledger[{number}]");
            for (list, triggers) in [("enter", &ledger.enter), ("settle", &ledger.settle)] {
                for (which, trigger) in triggers.iter().enumerate() {
                    let path = format!("{path}.{list}[{which}]");
                    self.trigger(&path, trigger);
                    if let Trigger::Missed(_) = trigger {
                        let en = "a missed clock begins sides, not entries; name what follows from it";
                        self.findings.push(Finding::new(
                            path,
                            Code::Value,
                            en,
                            "时限超时不登记台账；请写由此发生的事",
                        ));
                    }
                }
            }
            let keys = ledger.columns.iter().map(|column| column.key.as_str());
            self.each_once(&format!("{path}.columns"), ".key", keys);
            for (which, column) in ledger.columns.iter().enumerate() {
                match FieldSource::of(&column.key) {
                    FieldSource::Case(_) | FieldSource::Given(_) => {}
                    FieldSource::Kept(_) | FieldSource::Written => {
                        let path = format!("{path}.columns[{which}].key");
                        let en = "the case does not know this as a fact, so no ledger can say it";
                        let zh = "个案没有这一事实，台账无法登记";
                        self.findings.push(Finding::new(path, Code::Value, en, zh));
                    }
                }
            }
        }
    }

    pub(super) fn measures(&mut self) {
        let Some(capa) = &self.playbook.capa else { return };
        if let Some(verify) = &capa.verify {
            self.who("capa.verify", verify);
        }
        self.each_once("capa.methods", ".key", capa.methods.iter().map(|one| one.key.as_str()));
        self.each_once("capa.forbidden", ".key", capa.forbidden.iter().map(|one| one.key.as_str()));
        self.each_once("capa.standardise", ".key", capa.standardise.iter().map(|one| one.key.as_str()));
    }

    pub(super) fn incentives(&mut self) {
        for (number, incentive) in self.playbook.incentives.iter().enumerate() {
            let path = format!("incentives[{number}]");
            self.trigger(&format!("{path}.on"), &incentive.on);
            if let Some(approver) = &incentive.approver {
                self.who(&format!("{path}.approver"), approver);
            }
            for (which, who) in incentive.report_to.iter().enumerate() {
                self.who(&format!("{path}.report_to[{which}]"), who);
            }
        }
    }

    pub(super) fn voice(&mut self) {
        let p = self.playbook;
        if let Some(policy) = &p.reply_policy {
            self.who("reply_policy.replier", &policy.replier);
            let kinds = policy.evidence_attachments.iter().map(|kind| kind.key.as_str());
            self.each_once("reply_policy.evidence_attachments", ".key", kinds);
        }
        for (at, policy) in p.callback_policies() {
            self.who(&format!("{at}.by"), &policy.by);
            let keys = policy.by_category.iter().map(|calls| calls.category.as_str());
            self.each_once(&format!("{at}.by_category"), ".category", keys);
            for (number, calls) in policy.by_category.iter().enumerate() {
                if p.category(calls.category.as_str()).is_none() {
                    let path = format!("{at}.by_category[{number}].category");
                    self.unknown(path, "category", "类别", calls.category.as_str());
                }
            }
        }
        let reply = p.reply_policy.iter().filter_map(|policy| policy.preferred_channel.as_ref());
        let reply = reply.map(|channel| ("reply_policy.preferred_channel".to_owned(), channel));
        let callback = p.callback_policies().flat_map(|(at, policy)| {
            let channels = policy.channels.iter().enumerate();
            channels.map(move |(n, channel)| (format!("{at}.channels[{n}]"), channel))
        });
        for (path, channel) in reply.chain(callback) {
            if !p.channels.iter().any(|one| one.key == *channel) {
                self.unknown(path, "channel", "渠道", channel.as_str());
            }
        }
    }
}
