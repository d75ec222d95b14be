//! Names: everything that is named is declared, and declared once.

mod channels;
mod records;

use std::collections::BTreeSet;

use contracts::{ClockKey, RoleKey, StageKey};

use crate::finding::{Code, Finding};
use crate::model::{Action, DepartmentRef, Playbook, RungOn, Secondary, SkillNeed, Trigger, Who};
use crate::outcomes::outcomes_of;
use crate::skills::handles;

struct Names<'a> {
    playbook: &'a Playbook,
    findings: Vec<Finding>,
}

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let mut names = Names { playbook, findings: Vec::new() };
    names.once();
    names.channels();
    names.categories();
    names.roles();
    names.stages();
    names.loops();
    names.clocks();
    names.ladder();
    names.rulings();
    names.authority();
    names.remedies();
    names.voice();
    names.incentives();
    names.reports();
    names.teams();
    names.ledgers();
    names.measures();
    names.findings
}

impl Names<'_> {
    fn unknown(&mut self, path: String, en: &str, zh: &str, given: &str) {
        let (en, zh) = (format!("unknown {en} “{given}”"), format!("未声明的{zh}“{given}”"));
        self.findings.push(Finding::new(path, Code::UnknownReference, en, zh));
    }

    fn each_once<'k>(&mut self, list: &str, field: &str, keys: impl Iterator<Item = &'k str>) {
        let mut met = BTreeSet::new();
        for (number, key) in keys.enumerate() {
            if !met.insert(key) {
                let (en, zh) = (format!("“{key}” is declared twice"), format!("“{key}”重复声明"));
                self.findings.push(Finding::new(format!("{list}[{number}]{field}"), Code::Duplicate, en, zh));
            }
        }
    }

    fn once(&mut self) {
        let p = self.playbook;
        self.each_once("kinds", ".key", p.kinds.iter().map(|one| one.key.as_str()));
        self.each_once("customer_types", ".key", p.customer_types.iter().map(|one| one.key.as_str()));
        self.each_once("channels", ".key", p.channels.iter().map(|one| one.key.as_str()));
        self.each_once("categories", ".key", p.categories.iter().map(|one| one.key.as_str()));
        self.each_once("intake.signals", ".key", p.intake.signals.iter().map(|one| one.key.as_str()));
        self.each_once("intake.fields", ".field", p.intake.fields.iter().map(|one| one.field.as_str()));
        self.each_once("intake.required", "", p.intake.required.iter().map(|one| one.as_str()));
        self.each_once("routing_flags", ".fact", p.routing_flags.iter().map(|one| one.fact.as_str()));
        self.each_once("stages", ".key", p.stages.iter().map(|one| one.key.as_str()));
        self.each_once("loops", ".key", p.loops.iter().map(|one| one.key.as_str()));
        self.each_once("clocks", ".key", p.clocks.iter().map(|one| one.key.as_str()));
        self.each_once("pause_reasons", ".key", p.pause_reasons.iter().map(|one| one.key.as_str()));
        self.each_once("ladder", ".key", p.ladder.iter().map(|one| one.key.as_str()));
        self.each_once("authority_matrix", ".key", p.authority_matrix.iter().map(|one| one.key.as_str()));
        let scale = p.satisfaction.iter().flat_map(|satisfaction| &satisfaction.scale);
        self.each_once("satisfaction.scale", ".key", scale.map(|one| one.key.as_str()));
        self.each_once("forms", ".key", p.forms.iter().map(|one| one.key.as_str()));
        self.each_once("ledger", ".key", p.ledger.iter().map(|one| one.key.as_str()));
        self.each_once("teams", ".key", p.teams.iter().map(|one| one.key.as_str()));
        self.each_once("reports", ".key", p.reports.iter().map(|one| one.key.as_str()));
        self.each_once("incentives", ".key", p.incentives.iter().map(|one| one.key.as_str()));
    }

    fn categories(&mut self) {
        for (number, category) in self.playbook.categories.iter().enumerate() {
            self.skills(&format!("categories[{number}].skills"), &category.skills);
            if let Some(department) = &category.department {
                self.department(
                    format!("categories[{number}].department"),
                    &DepartmentRef::Named(department.clone()),
                );
            }
            let Some(parent) = &category.parent else { continue };
            let path = format!("categories[{number}].parent");
            let mut above = self.playbook.category(parent.as_str());
            if above.is_none() {
                self.unknown(path, "category", "类别", parent.as_str());
                continue;
            }
            for _ in &self.playbook.categories {
                above = above
                    .and_then(|one| one.parent.as_ref())
                    .and_then(|key| self.playbook.category(key.as_str()));
            }
            if above.is_some() {
                let en = format!("“{}” is above itself", category.key);
                self.findings.push(Finding::new(
                    path,
                    Code::Value,
                    en,
                    format!("类别“{}”的上级形成环", category.key),
                ));
            }
        }
    }

    fn remedies(&mut self) {
        let by_category = self.playbook.remedies.iter().flat_map(|remedies| remedies.by_category.keys());
        for category in by_category {
            if self.playbook.category(category.as_str()).is_none() {
                let path = format!("remedies.by_category.{category}");
                self.unknown(path, "category", "类别", category.as_str());
            }
        }
    }

    fn role(&mut self, path: String, role: &RoleKey) {
        if !self.playbook.roles.contains_key::<str>(role.as_str()) {
            self.unknown(path, "role", "角色", role.as_str());
        }
    }

    fn department(&mut self, path: String, department: &DepartmentRef) {
        if let DepartmentRef::Named(id) = department
            && !self.playbook.departments.contains_key::<str>(id.as_str())
        {
            let en =
                format!("unknown department “{id}”: declare it, or use {}", DepartmentRef::PARTS.join(", "));
            let zh = format!("未声明的部门“{id}”：请声明，或使用 {}", DepartmentRef::PARTS.join("、"));
            self.findings.push(Finding::new(path, Code::UnknownReference, en, zh));
        }
    }

    fn skills(&mut self, path: &str, skills: &[SkillNeed]) {
        for (number, need) in skills.iter().enumerate() {
            if !self.playbook.skills.contains_key(&need.skill) {
                self.unknown(format!("{path}[{number}]"), "skill", "技能", need.skill.as_str());
            }
        }
    }

    fn who(&mut self, path: &str, who: &Who) {
        self.role(format!("{path}.role"), &who.role);
        if let Some(department) = &who.department {
            self.department(format!("{path}.department"), department);
        }
    }

    fn stage(&mut self, path: String, key: &StageKey) {
        if self.playbook.stage(key.as_str()).is_none() {
            self.unknown(path, "stage", "环节", key.as_str());
        }
    }

    fn clock(&mut self, path: String, key: &ClockKey) {
        if !self.playbook.clocks.iter().any(|clock| clock.key == *key) {
            self.unknown(path, "clock", "时限", key.as_str());
        }
    }

    fn trigger(&mut self, path: &str, trigger: &Trigger) {
        match trigger {
            Trigger::Entered(key) => self.stage(format!("{path}.entered"), key),
            Trigger::Left(key) => self.stage(format!("{path}.left"), key),
            Trigger::Missed(key) => self.clock(format!("{path}.missed"), key),
            Trigger::Fact(_) | Trigger::Event(_) => {}
        }
    }

    fn triggers(&mut self, path: &str, triggers: &[Trigger]) {
        for (number, trigger) in triggers.iter().enumerate() {
            self.trigger(&format!("{path}[{number}]"), trigger);
        }
        if triggers.is_empty() {
            let en = "name at least one thing that does it";
            self.findings.push(Finding::new(path, Code::Value, en, "至少写一个触发条件"));
        }
    }

    fn roles(&mut self) {
        for (key, role) in &self.playbook.roles {
            self.department(format!("roles.{key}.department"), &role.department);
        }
        if let Some(spot) = &self.playbook.intake.settle_on_the_spot {
            for (number, role) in spot.roles.iter().enumerate() {
                self.role(format!("intake.settle_on_the_spot.roles[{number}]"), role);
            }
        }
    }

    fn stages(&mut self) {
        for (number, stage) in self.playbook.stages.iter().enumerate() {
            let path = format!("stages[{number}]");
            if let Some(owner) = &stage.owner {
                self.who(&format!("{path}.owner"), owner);
            }
            if let Secondary::Role(role) = &stage.secondary {
                self.role(format!("{path}.secondary"), role);
            }
            self.skills(&format!("{path}.skills"), &stage.skills);
            if let Some(team) =
                stage.team.as_ref().filter(|key| !self.playbook.teams.iter().any(|team| team.key == **key))
            {
                self.unknown(format!("{path}.team"), "team", "小组", team.as_str());
            }
            if stage.team.is_some() && !handles(stage.kind) {
                let en = "a team only verifies and handles: authority is a person's";
                let zh = "小组只核实和处理：审批权属于个人";
                self.findings.push(Finding::new(format!("{path}.team"), Code::Value, en, zh));
            }
            for (which, who) in stage.participants.iter().enumerate() {
                self.who(&format!("{path}.participants[{which}]"), who);
            }
            self.each_once(
                &format!("{path}.incentives"),
                "",
                stage.incentives.iter().map(crate::words::Key::as_str),
            );
            self.each_once(
                &format!("{path}.summary"),
                ".key",
                stage.summary.iter().map(|point| point.key.as_str()),
            );
            self.each_once(
                &format!("{path}.prepare"),
                ".key",
                stage.prepare.iter().map(|point| point.key.as_str()),
            );
            for (which, key) in stage.incentives.iter().enumerate() {
                if self.playbook.incentive(key.as_str()).is_none() {
                    self.unknown(
                        format!("{path}.incentives[{which}]"),
                        "incentive",
                        "奖惩事项",
                        key.as_str(),
                    );
                }
            }
            for (which, outcome) in stage.outcomes.iter().enumerate() {
                let known = outcomes_of(stage.kind);
                if !known.contains(&outcome.as_str()) {
                    let words = known.join(", ");
                    let en =
                        format!("a {} stage never ends with “{outcome}”; it ends with: {words}", stage.kind);
                    let zh = format!("{} 环节没有结果“{outcome}”；可能的结果：{words}", stage.kind);
                    self.findings.push(Finding::new(
                        format!("{path}.outcomes[{which}]"),
                        Code::UnknownOutcome,
                        en,
                        zh,
                    ));
                }
            }
            for (way, next) in stage.next.iter().enumerate() {
                self.stage(format!("{path}.next[{way}].to"), &next.to);
                let Some(key) = &next.via else { continue };
                if !self.playbook.loops.iter().any(|turn| turn.key == *key) {
                    self.unknown(format!("{path}.next[{way}].loop"), "loop", "回路", key.as_str());
                }
            }
            if let Some(side) = &stage.side {
                self.triggers(&format!("{path}.side.start"), &side.start);
            }
            for (which, side) in stage.join.iter().flat_map(|join| &join.sides).enumerate() {
                if self.playbook.stage(side.as_str()).is_none_or(|other| other.side.is_none()) {
                    self.unknown(
                        format!("{path}.join.sides[{which}]"),
                        "side stage",
                        "旁支环节",
                        side.as_str(),
                    );
                }
            }
        }
    }

    fn loops(&mut self) {
        for (number, turn) in self.playbook.loops.iter().enumerate() {
            self.stage(format!("loops[{number}].from"), &turn.from);
            self.stage(format!("loops[{number}].to"), &turn.to);
            if let Some(key) = &turn.on_max {
                self.stage(format!("loops[{number}].on_max"), key);
            }
        }
    }

    fn clocks(&mut self) {
        for (number, clock) in self.playbook.clocks.iter().enumerate() {
            let path = format!("clocks[{number}]");
            self.triggers(&format!("{path}.start"), &clock.start);
            self.triggers(&format!("{path}.stop"), &clock.stop);
            if let Some(owner) = &clock.owner {
                self.who(&format!("{path}.owner"), owner);
            }
            if let Some(extension) = &clock.extension {
                self.who(&format!("{path}.extension.by"), &extension.by);
            }
        }
    }

    fn rulings(&mut self) {
        let Some(rulings) = &self.playbook.rulings else { return };
        if let Some(dispute) = &rulings.dispute {
            self.who("rulings.dispute.by", &dispute.by);
        }
        if let Secondary::Role(role) = &rulings.secondary {
            self.role("rulings.secondary".to_owned(), role);
        }
    }

    fn ladder(&mut self) {
        for (number, rung) in self.playbook.ladder.iter().enumerate() {
            if let RungOn::Clock(offset) = &rung.on {
                self.clock(format!("ladder[{number}].on.clock.key"), &offset.key);
            }
            for (which, action) in rung.actions.iter().enumerate() {
                self.action(&format!("ladder[{number}].actions[{which}]"), action);
            }
        }
    }

    fn action(&mut self, path: &str, action: &Action) {
        match action {
            Action::Notify(notify) => {
                self.who(&format!("{path}.notify.who"), &notify.who);
                let Some(template) = &notify.template else { return };
                if !self.playbook.templates.contains_key::<str>(template.as_str()) {
                    self.unknown(
                        format!("{path}.notify.template"),
                        "template",
                        "消息模板",
                        template.as_str(),
                    );
                }
            }
            Action::Reassign(Secondary::Role(role)) => self.role(format!("{path}.reassign"), role),
            Action::AddWatcher(who) => self.who(&format!("{path}.add_watcher"), who),
            Action::OpenRulingTask(who) => self.who(&format!("{path}.open_ruling_task"), who),
            Action::Report(key) => {
                if !self.playbook.reports.iter().any(|report| report.key == *key) {
                    self.unknown(format!("{path}.report"), "report", "报告", key.as_str());
                }
            }
            Action::RaiseLevel(_) | Action::Reassign(Secondary::Automatic) => {}
        }
    }

    fn authority(&mut self) {
        for (number, row) in self.playbook.authority_matrix.iter().enumerate() {
            let path = format!("authority_matrix[{number}]");
            if let Some(category) =
                row.category.as_ref().filter(|key| self.playbook.category(key.as_str()).is_none())
            {
                self.unknown(format!("{path}.category"), "category", "类别", category.as_str());
            }
            let highest = self.playbook.severity_levels.iter().map(|degree| degree.level).max().unwrap_or(1);
            if let Some(level) = row.level.filter(|level| !(1..=highest).contains(level)) {
                self.unknown(format!("{path}.level"), "level", "级别", &level.to_string());
            }
            for (which, step) in row.steps.iter().enumerate() {
                let who = Who { role: step.role.clone(), department: step.department.clone() };
                self.who(&format!("{path}.steps[{which}]"), &who);
            }
        }
    }
}
