//! What a channel names: who answers for it, what its menu opens, which mail it takes.

use super::Names;
use crate::check::values::value;
use crate::model::DepartmentRef;

/// The nature of the matter where a playbook lists none.
const USUAL_KIND: &str = "complaint";

impl Names<'_> {
    pub(super) fn channels(&mut self) {
        let p = self.playbook;
        for (number, channel) in p.channels.iter().enumerate() {
            let path = format!("channels[{number}]");
            if let Some(who) = &channel.answerable {
                self.who(&format!("{path}.answerable"), who);
                let usual = p.roles.get::<str>(who.role.as_str()).map(|role| &role.department);
                let there = who.department.as_ref().or(usual);
                if there.is_some_and(|there| !matches!(there, DepartmentRef::Named(_))) {
                    let (en, zh) = (
                        "who is published has to be in a department by name: before there is a case nobody has a part in it",
                        "公布的负责人须属于具体部门：立案之前没有责任部门或受理部门可言",
                    );
                    self.findings.push(value(format!("{path}.answerable"), en, zh));
                }
            }
            let menu = format!("{path}.menu");
            self.each_once(&menu, ".key", channel.menu.iter().map(|option| option.key.as_str()));
            for (which, option) in channel.menu.iter().enumerate() {
                let kind = option.kind.as_str();
                let usual = p.kinds.is_empty() && kind == USUAL_KIND;
                if !usual && !p.kinds.iter().any(|one| one.key.as_str() == kind) {
                    self.unknown(format!("{menu}[{which}].kind"), "kind", "性质", kind);
                }
            }
            for (which, word) in channel.subject_has.iter().enumerate() {
                if word.trim().is_empty() {
                    let (en, zh) = ("give a word that stands in the subject", "请填写主题中应有的字样");
                    self.findings.push(value(format!("{path}.subject_has[{which}]"), en, zh));
                }
            }
        }
    }
}
