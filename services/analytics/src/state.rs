//! What analytics knows of one complaint: the facts of its case, as a ledger keeps them.
//!
//! Events come from five sources in any order between them, so every member may be unknown for a while, and whatever
//! the order, the same events must end in the same ledger: a rebuilding reads them in another order than they happened.
//! So nothing here depends on what came first. What one source alone says is simply its latest; what several may say is
//! [`Stamped`] with when it was said; what routing only passes on fills in where nobody said it.

use std::collections::{BTreeMap, BTreeSet};

use contracts::messages::ledger_entered::LedgerEntered;
use contracts::{
    ClockId, DepartmentId, FactKey, FactValue, LedgerKey, ServiceName, StageKey, StageKind, VisitId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod fold;

pub use fold::evolve;

/// One subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing was heard of it, or it is not a complaint.
    #[default]
    Unknown,
    /// A complaint.
    Case(Box<CaseFacts>),
}

/// The facts of one case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseFacts {
    /// The complaint's number.
    pub number: Option<String>,
    /// The playbook, as `id@version`.
    pub playbook: Option<String>,
    /// The nature of the matter.
    pub kind: Option<String>,
    /// Who is at fault by the last proposal.
    pub liable: Option<String>,
    /// The channel it came by.
    pub channel: Option<String>,
    /// Who complains.
    pub customer_type: Option<String>,
    /// The complained-of department.
    pub complained_of: Option<DepartmentId>,
    /// When the customer told somebody.
    pub received_at: Option<Timestamp>,
    /// When it was put on record.
    pub registered_at: Option<Timestamp>,
    /// Whether it names the complaint that it repeats.
    pub names_earlier: bool,
    /// The main stage it is at.
    pub stage: Option<StageKey>,
    /// Its level.
    pub level: u32,
    /// Which handling it is.
    pub instance: u32,
    /// The amount of the last proposal, in fen.
    pub proposed_fen: Option<i64>,
    /// What the last proposal gives, by the playbook's keys.
    pub remedies: Vec<String>,
    /// The sum of what was carried out, in fen.
    pub executed_fen: Option<i64>,
    /// When something was carried out first.
    pub executed_at: Option<Timestamp>,
    /// How often the ladder was climbed.
    pub escalations: u32,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// The points of its closing summary, and `summary` where one was written out.
    pub closing: BTreeSet<String>,
    /// The facts that the ledger keeps; see [`KEPT`].
    pub facts: BTreeMap<FactKey, Stamped>,
    /// The visits, with their times.
    pub visits: BTreeMap<VisitId, VisitTime>,
    /// The clocks that ran out.
    pub breaches: BTreeMap<ClockId, Breach>,
    /// The ledgers of its playbook that it went into.
    pub ledgers: BTreeMap<LedgerKey, Entry>,
    /// The time of the last event.
    pub as_of: Option<Timestamp>,
}

/// How a case stands in a ledger of its playbook. Routing alone says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What was entered last.
    pub entered: LedgerEntered,
    /// When.
    pub at: Timestamp,
    /// When the matter was settled.
    pub settled_at: Option<Timestamp>,
}

impl Entry {
    /// All that is read in it, in both languages and lower case.
    #[must_use]
    pub fn search(&self) -> String {
        let columns = self.entered.columns.iter().flat_map(|column| {
            let value = match &column.value {
                FactValue::Text(text) => text.clone(),
                FactValue::Int(number) => number.to_string(),
                FactValue::Keys(keys) => keys.join(" "),
                FactValue::Bool(_) => String::new(),
            };
            let shown = column.shown.iter().flat_map(|text| [text.zh.clone(), text.en.clone()]);
            std::iter::once(value).chain(shown)
        });
        columns.collect::<Vec<_>>().join("\n").to_lowercase()
    }
}

/// The facts that the ledger keeps: what it is about, whose it is, whether it stands, is approved, repeats and satisfied.
pub const KEPT: [fn() -> FactKey; 6] = [
    contracts::facts::key::approved,
    contracts::facts::key::category,
    contracts::facts::key::responsible,
    contracts::facts::key::substantiated,
    contracts::facts::key::repeat,
    contracts::facts::key::satisfaction,
];

/// A fact with what decides between two sayings of it: the later holds, and a first-hand one before one passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamped {
    /// Whether who says it found it out; else it stands in what routing sends along with a visit.
    pub first_hand: bool,
    /// When it was said.
    pub at: Timestamp,
    /// By whom.
    pub source: ServiceName,
    /// The fact.
    pub value: FactValue,
}

impl Stamped {
    /// Whether this one holds against `earlier`, which was folded before. Of one source and time the later folded one
    /// holds: a source's own order is kept.
    fn holds_against(&self, earlier: &Self) -> bool {
        let rank = |fact: &Self| (fact.first_hand, fact.at, fact.source);
        rank(self) >= rank(earlier)
    }
}

/// When a visit began and ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitTime {
    /// The stage.
    pub stage: Option<StageKey>,
    /// Its kind.
    pub kind: Option<StageKind>,
    /// Whose work it was.
    pub department: Option<DepartmentId>,
    /// When it began.
    pub entered_at: Option<Timestamp>,
    /// When it was revoked.
    pub withdrawn_at: Option<Timestamp>,
    /// How it was completed, by epoch.
    pub completed: BTreeMap<u32, Left>,
    /// Epochs whose completion came too late, as routing says: they moved nothing.
    pub late: BTreeSet<u32>,
}

/// How a visit ended that routing revoked; no stage has such an outcome.
pub const WITHDRAWN: &str = "withdrawn";

/// How a visit ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// When.
    pub at: Timestamp,
    /// With what.
    pub outcome: String,
    /// Who completed it.
    pub by: Option<String>,
}

/// A clock that ran out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// Its key in the playbook.
    pub key: String,
    /// When it was due.
    pub due: Timestamp,
    /// Whose time it was.
    pub department: Option<DepartmentId>,
    /// Who held the work.
    pub person: Option<String>,
}

impl CaseFacts {
    fn text(&self, key: &FactKey) -> Option<&str> {
        self.facts.get(key).and_then(|fact| fact.value.as_text())
    }
    fn flag(&self, key: &FactKey) -> Option<bool> {
        self.facts.get(key).and_then(|fact| fact.value.as_bool())
    }
    /// What it is about.
    #[must_use]
    pub fn category(&self) -> Option<&str> {
        self.text(&contracts::facts::key::category())
    }
    /// The department that must answer.
    #[must_use]
    pub fn department(&self) -> Option<&str> {
        self.text(&contracts::facts::key::responsible())
    }
    /// The customer's last answer.
    #[must_use]
    pub fn satisfaction(&self) -> Option<&str> {
        self.text(&contracts::facts::key::satisfaction())
    }
    /// Whether it was found to stand.
    #[must_use]
    pub fn substantiated(&self) -> Option<bool> {
        self.flag(&contracts::facts::key::substantiated())
    }
    /// Since when there is a decision on its last proposal: it is approved, or it was carried out where nobody has to.
    #[must_use]
    pub fn decided_at(&self) -> Option<Timestamp> {
        self.proposed_fen?;
        match self.facts.get(&contracts::facts::key::approved()) {
            Some(approved) => (approved.value.as_bool() == Some(true)).then_some(approved.at),
            None => self.executed_at,
        }
    }
    /// Whether it repeats an earlier one.
    #[must_use]
    pub fn repeats(&self) -> bool {
        self.names_earlier || self.flag(&contracts::facts::key::repeat()) == Some(true)
    }
}

impl VisitTime {
    /// How it ended, if it has: the first completion that was in time, else its revocation.
    #[must_use]
    pub fn left(&self) -> Option<Left> {
        let in_time = self.completed.iter().find(|(epoch, _)| !self.late.contains(epoch));
        let withdrawn = |at: Timestamp| Left { at, outcome: WITHDRAWN.to_owned(), by: None };
        // Routing revokes only what it has not taken as completed.
        self.withdrawn_at.map(withdrawn).or_else(|| in_time.map(|(_, left)| left.clone()))
    }
}
