//! Rule packs: rules that are no procedure of their own and can be attached to any playbook.
//!
//! A pack follows the playbook in the same text, after a line `---`: what YAML calls a stream of documents. So a pack
//! is attached by writing it behind the playbook, and what is published is one text with all that holds.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use contracts::{PlaybookId, TemplateKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Code, Finding};
use crate::model::{
    Checklist, Clock, DocumentControl, Labelled, Playbook, Report, Rung, Script, Source as Origin, Template,
};
use crate::words::Key;

/// Rules to attach to a playbook: what is said, asked, timed and reported. Nothing in it changes where a case
/// goes or who decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePack {
    /// Its key, such as `p40`; one for all versions.
    pub rule_pack: PlaybookId,
    /// Grows with every change.
    #[schemars(range(min = 1))]
    pub version: u32,
    /// What people call it.
    pub title: Text,
    /// Where the rules were written down.
    pub source: Origin,
    /// The metadata of the rule itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_control: Option<DocumentControl>,
    /// Who may complain, beside those of the playbook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customer_types: Vec<Labelled>,
    /// Time limits beside those of the playbook. They start and stop by facts and by what happens to a case as a whole,
    /// as a pack knows no stages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<Clock>,
    /// Rungs beside those of the playbook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<Rung>,
    /// Messages, in minijinja.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<TemplateKey, Template>,
    /// What to say and what to avoid.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scripts: BTreeMap<Key, Script>,
    /// What a receiver goes through with the customer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checklists: BTreeMap<Key, Checklist>,
    /// Regular reports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<Report>,
}

/// A pack that was attached, as the playbook remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachedPack {
    /// Which.
    pub id: PlaybookId,
    /// Which version of it.
    #[schemars(range(min = 1))]
    pub version: u32,
    /// What people call it.
    pub title: Text,
    /// The metadata of the rule itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_control: Option<DocumentControl>,
}

/// Where in the whole something of a pack came to stand.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// Its path in the whole.
    whole: String,
    /// The pack, from 0.
    pub(crate) pack: usize,
    /// Its path in the pack.
    own: String,
}

impl Moved {
    /// The path in the pack of what stands at or below this place of the whole.
    pub(crate) fn own_path(&self, whole: &str) -> Option<String> {
        let below = whole.strip_prefix(&self.whole)?;
        (below.is_empty() || below.starts_with(['.', '['])).then(|| format!("{}{below}", self.own))
    }
}

/// The playbook being put together.
struct Whole {
    pack: usize,
    moved: Vec<Moved>,
    /// Keys that two documents have, each with the path in the pack.
    twice: Vec<(usize, Finding)>,
}

impl Whole {
    fn list<T>(&mut self, name: &str, into: &mut Vec<T>, from: Vec<T>) {
        for (own, item) in from.into_iter().enumerate() {
            let whole = format!("{name}[{}]", into.len());
            self.moved.push(Moved { whole, pack: self.pack, own: format!("{name}[{own}]") });
            into.push(item);
        }
    }

    fn map<K: Ord + std::fmt::Display, T>(
        &mut self,
        name: &str,
        into: &mut BTreeMap<K, T>,
        from: BTreeMap<K, T>,
    ) {
        for (key, item) in from {
            let path = format!("{name}.{key}");
            match into.entry(key) {
                Entry::Vacant(free) => {
                    free.insert(item);
                    self.moved.push(Moved { whole: path.clone(), pack: self.pack, own: path });
                }
                Entry::Occupied(taken) => {
                    let en = format!("“{}” is said by the playbook or an earlier pack already", taken.key());
                    let zh = format!("“{}”在流程或前面的规则包中已有规定", taken.key());
                    self.twice.push((self.pack, Finding::new(path, Code::Duplicate, en, zh)));
                }
            }
        }
    }
}

/// Attaches packs to a playbook, in their order. A customer type that both have is that of the playbook;
/// any other key that two of them have is a finding, with its pack and the path there.
pub(crate) fn attach(
    mut playbook: Playbook,
    packs: Vec<RulePack>,
) -> (Playbook, Vec<Moved>, Vec<(usize, Finding)>) {
    let mut whole = Whole { pack: 0, moved: Vec::new(), twice: Vec::new() };
    for (number, mut pack) in packs.into_iter().enumerate() {
        whole.pack = number;
        if playbook.rule_packs.iter().any(|attached| attached.id == pack.rule_pack) {
            let (en, zh) = ("this pack is attached already", "该规则包已附加");
            whole.twice.push((number, Finding::new("rule_pack", Code::Duplicate, en, zh)));
            continue;
        }
        pack.customer_types.retain(|new| playbook.customer_types.iter().all(|one| one.key != new.key));
        whole.list("customer_types", &mut playbook.customer_types, pack.customer_types);
        whole.list("clocks", &mut playbook.clocks, pack.clocks);
        whole.list("ladder", &mut playbook.ladder, pack.ladder);
        whole.list("reports", &mut playbook.reports, pack.reports);
        whole.map("templates", &mut playbook.templates, pack.templates);
        whole.map("scripts", &mut playbook.scripts, pack.scripts);
        whole.map("checklists", &mut playbook.checklists, pack.checklists);
        playbook.rule_packs.push(AttachedPack {
            id: pack.rule_pack,
            version: pack.version,
            title: pack.title,
            document_control: pack.document_control,
        });
    }
    (playbook, whole.moved, whole.twice)
}
