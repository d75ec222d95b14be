//! What a channel names: who answers for it, what its menu opens, which mail it takes.

use super::Names;
use crate::check::values::value;

/// The nature of the matter where a playbook lists none.
const USUAL_KIND: &str = "complaint";

impl Names<'_> {
    pub(super) fn channels(&mut self) {
        let p = self.playbook;
        for (number, channel) in p.channels.iter().enumerate() {
            let path = format!("channels[{number}]");
            if let Some(who) = &channel.answerable {
                self.who(&format!("{path}.answerable"), who);
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
