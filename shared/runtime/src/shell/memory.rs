//! What earlier batches looked up, so that the next need not read it, and read it through, again.
//!
//! Almost every decision looks at the same few subjects – the playbook, the directory, the organisation – and at the
//! same few entries. Two things are kept of them, and neither changes any decision:
//! * their states, each with its version: a look-up asks PostgreSQL for the version, and for the state only when that
//!   is another one;
//! * their names: the next batch looks them up before its first round, which saves it a round of deciding everything.

use std::collections::HashMap;
use std::sync::Arc;

use contracts::{SubjectKind, SubjectRef};
use journal::Head;
use serde::de::DeserializeOwned;

use super::known::{Wanted, state_of};

/// More states than this, and the memory begins anew.
const STATES_MOST: usize = 256;
/// More names than this are not looked up beforehand.
const NAMES_MOST: usize = 256;
/// After so many batches the names begin anew: what is no longer asked for is not looked up for ever.
const BATCHES: u32 = 64;

/// What became of a look-up: the state, nothing, or why it cannot be read.
pub(crate) type Peeked<T> = Result<Option<Arc<T>>, String>;

/// What earlier batches looked up.
#[derive(Debug)]
pub(crate) struct Memory<T> {
    states: HashMap<SubjectRef, (u64, Peeked<T>)>,
    usual: Wanted,
    batches: u32,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self { states: HashMap::new(), usual: Wanted::default(), batches: 0 }
    }
}

impl<T: DeserializeOwned + Default> Memory<T> {
    /// The version of the state that is kept of `subject`; 0, which no state has, when none is.
    pub(crate) fn version_of(&self, subject: &SubjectRef) -> u64 {
        self.states.get(subject).map_or(0, |(version, _)| *version)
    }

    /// The state of a head as it was peeked at: the kept one where its version is the same.
    pub(crate) fn read(&mut self, head: &Head) -> Peeked<T> {
        if let Some((version, state)) = self.states.get(&head.subject)
            && *version == head.version
        {
            return state.clone();
        }
        let state = if head.state.is_some() { state_of(head).map(Some) } else { Ok(None) };
        if is_shared(&head.subject) && head.version > 0 {
            if self.states.len() >= STATES_MOST {
                self.states.clear();
            }
            self.states.insert(head.subject.clone(), (head.version, state.clone()));
        }
        state
    }

    /// What a batch will most likely look up.
    pub(crate) fn usual(&mut self) -> Wanted {
        self.batches += 1;
        if self.batches >= BATCHES {
            self.batches = 0;
            self.usual = Wanted::default();
        }
        self.usual.clone()
    }

    /// Notes what a batch looked up.
    pub(crate) fn note(&mut self, wanted: &Wanted) {
        let room = NAMES_MOST.saturating_sub(self.usual.peeks.len() + self.usual.glances.len());
        self.usual.peeks.extend(wanted.peeks.iter().filter(|subject| is_shared(subject)).take(room).cloned());
        let room = NAMES_MOST.saturating_sub(self.usual.peeks.len() + self.usual.glances.len());
        self.usual.glances.extend(wanted.glances.iter().take(room).cloned());
    }
}

/// Whether a subject is one that many others look at.
const fn is_shared(subject: &SubjectRef) -> bool {
    match subject.kind {
        SubjectKind::Playbook | SubjectKind::Directory | SubjectKind::Organisation => true,
        SubjectKind::Complaint | SubjectKind::Person | SubjectKind::Handover => false,
    }
}

#[cfg(test)]
mod tests {
    use contracts::OrganisationId;

    use super::*;

    fn head(version: u64, state: Option<&str>) -> Head {
        let subject = SubjectRef::directory(&OrganisationId::new("o").unwrap());
        Head { version, state: state.map(str::to_owned), ..Head::new(subject) }
    }

    #[test]
    fn a_state_is_read_once_a_version() {
        let mut memory = Memory::<Vec<u32>>::default();
        let first = memory.read(&head(3, Some("[1]"))).unwrap().unwrap();
        assert_eq!(memory.version_of(&head(3, None).subject), 3);
        let again = memory.read(&head(3, None)).unwrap().unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert_eq!(*memory.read(&head(4, Some("[1,2]"))).unwrap().unwrap(), [1, 2]);
        assert!(memory.read(&head(5, Some("nonsense"))).is_err());
        assert_eq!(memory.read(&head(0, None)), Ok(None));
        assert_eq!(*memory.read(&head(4, Some("[3]"))).unwrap().unwrap(), [3], "an older one is another one");
    }

    #[test]
    fn what_is_no_longer_asked_for_is_forgotten() {
        let mut memory = Memory::<Vec<u32>>::default();
        let peeks = [head(0, None).subject].into();
        memory.note(&Wanted { peeks, ..Wanted::default() });
        assert_eq!(memory.usual().peeks.len(), 1);
        assert!((0..BATCHES).any(|_| memory.usual().is_empty()));
    }
}
