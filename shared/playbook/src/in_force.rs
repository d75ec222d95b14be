//! Which version of which playbook holds, for whom and from when.
//!
//! What holds at an instant is a pure function of what was ordered: what begins at a minute begins at that minute, whatever
//! was down then, and what was received before it follows what held before it.

use std::collections::{BTreeMap, HashSet};

use contracts::PlaybookId;
use contracts::commands::Actor;
use contracts::messages::activation_withdrawn::ActivationWithdrawn;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::playbook_activated::{ActivationScope, PlaybookActivated};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A version that was put into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// Which version of which playbook.
    pub playbook: PlaybookRef,
    /// For whom.
    pub scope: ActivationScope,
    /// Who ordered it.
    #[serde(default = "redress")]
    pub by: Actor,
    /// When it was ordered.
    #[serde(default)]
    pub at: Timestamp,
    /// From when on it holds, where that is not when it was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
}

fn redress() -> Actor {
    Actor::System
}

impl Activation {
    /// From when on it holds.
    #[must_use]
    pub fn begins(&self) -> Timestamp {
        self.from.unwrap_or(self.at)
    }
}

/// Everything that was, is and will be in force, by when it begins; of what begins together, by when it was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InForce(Vec<Activation>);

impl InForce {
    /// All of it.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Activation> {
        self.0.iter()
    }

    /// What holds at `time`: one activation a scope, the one that began last behind the others.
    #[must_use]
    pub fn at(&self, time: Timestamp) -> Vec<&Activation> {
        Self::last_of_each_scope(self.0.iter().filter(|one| one.begins() <= time))
    }

    /// What held just before `time`.
    #[must_use]
    pub fn before(&self, time: Timestamp) -> Vec<&Activation> {
        Self::last_of_each_scope(self.0.iter().filter(|one| one.begins() < time))
    }

    /// What begins after `time`.
    pub fn after(&self, time: Timestamp) -> impl Iterator<Item = &Activation> {
        self.0.iter().filter(move |one| one.begins() > time)
    }

    /// The version of a playbook that holds at `time`; where scopes differ, the one that began last.
    #[must_use]
    pub fn version_at(&self, playbook: &PlaybookId, time: Timestamp) -> Option<&PlaybookRef> {
        let standing = self.at(time);
        standing.into_iter().rev().map(|one| &one.playbook).find(|one| one.id == *playbook)
    }

    /// Puts a version into force that was ordered at `at`. What is ordered for the same scope and the same time takes its
    /// place; ordering at once what holds already changes nothing.
    pub fn put(&mut self, said: &PlaybookActivated, at: Timestamp) {
        let holds = |one: &&Activation| one.scope == said.scope && one.playbook == said.playbook;
        if said.effective_from.is_none() && self.at(at).iter().any(holds) {
            return;
        }
        let (playbook, scope, by) = (said.playbook.clone(), said.scope.clone(), said.by.clone());
        let new = Activation { playbook, scope, by, at, from: said.effective_from };
        self.0.retain(|one| one.scope != new.scope || one.begins() != new.begins());
        let place = self.0.partition_point(|one| one.begins() <= new.begins());
        self.0.insert(place, new);
    }

    /// Takes back what was to come.
    pub fn withdraw(&mut self, said: &ActivationWithdrawn) {
        self.0.retain(|one| {
            one.playbook != said.playbook || one.scope != said.scope || one.begins() != said.effective_from
        });
    }

    fn last_of_each_scope<'a>(begun: impl DoubleEndedIterator<Item = &'a Activation>) -> Vec<&'a Activation> {
        let mut scopes = HashSet::new();
        let mut standing: Vec<_> = begun.rev().filter(|one| scopes.insert(&one.scope)).collect();
        standing.reverse();
        standing
    }
}

/// Each playbook of these activations once, with the version that began last.
#[must_use]
pub fn versions<'a>(standing: impl IntoIterator<Item = &'a Activation>) -> BTreeMap<PlaybookId, PlaybookRef> {
    standing.into_iter().map(|one| (one.playbook.id.clone(), one.playbook.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ordered(known: &mut InForce, (version, channel): (u32, Option<&str>), at: &str, from: Option<&str>) {
        let said = PlaybookActivated {
            playbook: PlaybookRef { id: "p03".parse().unwrap(), version },
            scope: ActivationScope {
                channel: channel.map(|key| key.parse().unwrap()),
                ..ActivationScope::default()
            },
            effective_from: from.map(ts),
            by: Actor::System,
        };
        known.put(&said, ts(at));
    }

    fn standing(known: &InForce, at: &str) -> Vec<u32> {
        known.at(ts(at)).into_iter().map(|one| one.playbook.version).collect()
    }

    /// to the minute.
    #[test]
    fn a_version_holds_from_its_minute_on_and_the_one_before_until_then() {
        let mut known = InForce::default();
        ordered(&mut known, (1, None), "2025-03-01T00:00:00Z", None);
        ordered(&mut known, (3, None), "2025-03-01T01:00:00Z", Some("2025-04-01T00:00:00Z"));
        ordered(&mut known, (2, None), "2025-03-10T00:00:00Z", None);
        assert_eq!(standing(&known, "2025-02-28T23:59:59Z"), [] as [u32; 0]);
        assert_eq!(standing(&known, "2025-03-09T23:59:59Z"), [1]);
        assert_eq!(standing(&known, "2025-03-31T23:59:59Z"), [2], "what is ordered at once holds meanwhile");
        assert_eq!(standing(&known, "2025-04-01T00:00:00Z"), [3]);
        let before: Vec<_> =
            known.before(ts("2025-04-01T00:00:00Z")).iter().map(|one| one.playbook.version).collect();
        assert_eq!(before, [2]);
        assert_eq!(known.version_at(&"p03".parse().unwrap(), ts("2025-03-05T00:00:00Z")).unwrap().version, 1);
    }

    #[test]
    fn scopes_stand_beside_each_other_and_what_is_withdrawn_never_comes() {
        let mut known = InForce::default();
        ordered(&mut known, (1, None), "2025-03-01T00:00:00Z", None);
        ordered(&mut known, (2, Some("phone")), "2025-03-01T00:00:00Z", Some("2025-03-05T00:00:00Z"));
        assert_eq!(standing(&known, "2025-03-05T00:00:00Z"), [1, 2]);
        // Another version for the same scope and minute takes its place.
        ordered(&mut known, (3, Some("phone")), "2025-03-02T00:00:00Z", Some("2025-03-05T00:00:00Z"));
        assert_eq!(standing(&known, "2025-03-05T00:00:00Z"), [1, 3]);
        let coming = known.after(ts("2025-03-02T00:00:00Z")).next().unwrap().clone();
        known.withdraw(&ActivationWithdrawn {
            playbook: coming.playbook.clone(),
            scope: coming.scope.clone(),
            effective_from: coming.begins(),
            by: Actor::System,
        });
        assert_eq!(standing(&known, "2025-03-06T00:00:00Z"), [1]);
    }

    #[test]
    fn ordering_again_what_holds_changes_nothing() {
        let mut known = InForce::default();
        ordered(&mut known, (1, None), "2025-03-01T00:00:00Z", None);
        let before = known.clone();
        ordered(&mut known, (1, None), "2025-03-02T00:00:00Z", None);
        assert_eq!(known, before);
    }

    /// Earlier programs kept neither who nor when, and nothing of what was replaced.
    #[test]
    fn what_earlier_programs_kept_is_read() {
        let known: InForce = serde_json::from_value(serde_json::json!([
            { "scope": {}, "playbook": { "id": "p03", "version": 4 } }
        ]))
        .unwrap();
        assert_eq!(standing(&known, "1999-01-01T00:00:00Z"), [4]);
    }
}
