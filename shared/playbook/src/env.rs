//! What a rule can see of a case. Plain values: nothing here reads a clock, a store or a playbook.

use std::collections::BTreeMap;

use contracts::{Facts, OutcomeKey, StageKey};

use crate::words::LoopKey;

/// What a rule can see: `outcome`, `level`, `facts.…`, `case.…`, `visits.…`, `loops.…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Env {
    /// The outcome of the stage that has just ended; empty text in a rule when there is none.
    pub outcome: Option<OutcomeKey>,
    /// The level of the case, from 1.
    pub level: u32,
    /// The facts on record. A rule asks `has(facts.x)` before it reads one that may be missing.
    pub facts: Facts,
    /// What is always known of the case.
    pub case: CaseView,
    /// How often each stage was entered in this instance; a stage that is not named counts 0.
    pub visits: BTreeMap<StageKey, u32>,
    /// How often each loop was taken in this case; a loop that is not named counts 0.
    pub loops: BTreeMap<LoopKey, u32>,
}

impl Default for Env {
    fn default() -> Self {
        Self {
            outcome: None,
            level: 1,
            facts: Facts::new(),
            case: CaseView::default(),
            visits: BTreeMap::new(),
            loops: BTreeMap::new(),
        }
    }
}

/// What is always known of a case: a rule reads these without `has`. Unknown texts are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseView {
    /// The nature of the matter.
    pub kind: String,
    /// The channel it came by.
    pub channel: String,
    /// Who complains.
    pub customer_type: String,
    /// What it is about.
    pub category: String,
    /// The department responsible: that of the category, or the one that triage named.
    pub department: String,
    /// The department complained of.
    pub complained_of: String,
    /// Which handling of the complaint this is, from 1.
    pub instance: u32,
}

impl Default for CaseView {
    fn default() -> Self {
        let empty = String::new;
        Self {
            kind: empty(),
            channel: empty(),
            customer_type: empty(),
            category: empty(),
            department: empty(),
            complained_of: empty(),
            instance: 1,
        }
    }
}

impl CaseView {
    /// The fields that a rule may name after `case.`.
    pub const FIELDS: [&'static str; 7] =
        ["kind", "channel", "customer_type", "category", "department", "complained_of", "instance"];

    /// The fields with their values, in the order of [`Self::FIELDS`].
    pub(crate) fn values(&self) -> [(&'static str, cel::Value); 7] {
        let [kind, channel, customer_type, category, department, complained_of, instance] = Self::FIELDS;
        [
            (kind, self.kind.as_str().into()),
            (channel, self.channel.as_str().into()),
            (customer_type, self.customer_type.as_str().into()),
            (category, self.category.as_str().into()),
            (department, self.department.as_str().into()),
            (complained_of, self.complained_of.as_str().into()),
            (instance, cel::Value::Int(i64::from(self.instance))),
        ]
    }
}
