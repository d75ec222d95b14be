//! What a decision sees beyond its own state: the working set of the batch, and a note of what is not at hand.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use contracts::{OrganisationId, SubjectRef};
use serde_json::Value;

use super::round::{Round, entry_id};
use crate::service::{EntryKey, Service, Sight};

/// The sight of one decision.
pub(crate) struct Looking<'r, 'a, S: Service> {
    round: &'r Round<'a, S>,
    organisation: &'r OrganisationId,
    missed: Cell<bool>,
    broken: RefCell<Option<String>>,
}

impl<'r, 'a, S: Service> Looking<'r, 'a, S> {
    pub(crate) const fn new(round: &'r Round<'a, S>, organisation: &'r OrganisationId) -> Self {
        Self { round, organisation, missed: Cell::new(false), broken: RefCell::new(None) }
    }
    /// Whether anything was asked for and not at hand.
    pub(crate) const fn missed(&self) -> bool {
        self.missed.get()
    }
    /// Why something that was asked for cannot be read.
    pub(crate) fn broken(&self) -> Option<String> {
        self.broken.borrow().clone()
    }
    /// Makes sure that an entry is locked.
    pub(crate) fn require(&self, entry: &EntryKey) {
        let id = entry_id(self.organisation, entry);
        if !self.round.known.locked.contains_key(&id) {
            self.missed.set(true);
            self.round.wanted.borrow_mut().locks.insert(id);
        }
    }
}

impl<S: Service> Sight<S::State> for Looking<'_, '_, S> {
    fn entry(&self, entry: &EntryKey, lock: bool) -> Option<Value> {
        let id = entry_id(self.organisation, entry);
        let (known, effects) = (self.round.known, &self.round.effects);
        if let Some(value) = effects.entries.get(&id).or_else(|| known.locked.get(&id)) {
            return value.clone();
        }
        if lock {
            self.missed.set(true);
            self.round.wanted.borrow_mut().locks.insert(id);
            return None;
        }
        if let Some(value) = known.glanced.get(&id) {
            return value.clone();
        }
        self.missed.set(true);
        self.round.wanted.borrow_mut().glances.insert(id);
        None
    }

    fn peek(&self, subject: &SubjectRef) -> Option<Arc<S::State>> {
        let (known, effects) = (self.round.known, &self.round.effects);
        let found = if let Some(open) = effects.subjects.get(subject).filter(|open| open.evolved) {
            open.state.clone().map(Some)
        } else if let Some(locked) = known.heads.get(subject) {
            let exists = locked.head.state.is_some();
            locked.state.clone().map(|state| exists.then_some(state))
        } else if let Some(peeked) = known.peeked.get(subject) {
            peeked.clone()
        } else {
            self.missed.set(true);
            self.round.wanted.borrow_mut().peeks.insert(subject.clone());
            Ok(None)
        };
        found.unwrap_or_else(|why| {
            *self.broken.borrow_mut() = Some(format!("{subject}: {why}"));
            None
        })
    }
}
