//! What is known of a case by the words of several services, which may come in any order.
//!
//! Routing sends what it knows with each visit; intake's and our own facts reach routing by another way than us. So each
//! word on a fact is kept with who said it and as which of their words, and routing says how many of them it had heard:
//! whatever comes first, the later word counts. Between words that neither had heard of the other, the order of the
//! services decides: what intake took down, what routing says of the course of the case, what we learnt from the customer.

use std::collections::BTreeMap;

use contracts::messages::stage_entered::StageEntered;
use contracts::{FactKey, FactValue, Facts, ServiceName};
use serde::{Deserialize, Serialize};

/// How many `fact.recorded` of each service.
type Counts = BTreeMap<ServiceName, u64>;

/// The words on the facts of one case that were heard or said here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Whether all of them are counted; not in a conversation that began before they were.
    whole: bool,
    /// How many there were.
    heard: Counts,
    /// The last of each service on each fact, and as the how-manieth it came.
    said: BTreeMap<ServiceName, BTreeMap<FactKey, (u64, FactValue)>>,
}

/// What routing knew when a visit began.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The facts.
    facts: Facts,
    /// How many words of each service they hold.
    holds: Counts,
}

impl Known {
    /// What is known of a case of which nothing was heard yet.
    #[must_use]
    pub fn nothing() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// Takes in what a service recorded.
    pub(super) fn learn(&mut self, source: ServiceName, facts: &Facts) {
        let nth = self.heard.entry(source).or_default();
        *nth += 1;
        let said = self.said.entry(source).or_default();
        said.extend(facts.iter().map(|(key, value)| (key.clone(), (*nth, value.clone()))));
    }

    /// What routing knew when a visit began. Its own words came before it in the same order as here; of the others it
    /// says how many it knew; where nobody counted, all that were heard by now are known to it.
    #[must_use]
    pub fn snapshot(&self, entered: &StageEntered) -> Snapshot {
        let told = entered.heard.clone().filter(|_| self.whole);
        let mut holds = told.unwrap_or_else(|| self.heard.clone());
        holds.extend(self.heard.get(&ServiceName::Routing).map(|own| (ServiceName::Routing, *own)));
        Snapshot { facts: entered.facts.clone(), holds }
    }

    /// The facts of a visit by now: what routing knew, and every later word.
    #[must_use]
    pub fn since(&self, snapshot: &Snapshot) -> Facts {
        let mut facts = snapshot.facts.clone();
        for (source, said) in &self.said {
            let holds = snapshot.holds.get(source).copied().unwrap_or(0);
            let later =
                said.iter().filter(|(key, (nth, _))| *nth > holds || !snapshot.facts.contains_key(*key));
            facts.extend(later.map(|(key, (_, value))| (key.clone(), value.clone())));
        }
        facts
    }
}
