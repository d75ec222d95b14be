//! One replica of a service: a core of its own, with what that core has prepared, and a memory of states by version.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::{OrganisationId, Problem, SubjectRef};
use jiff::Timestamp;
use runtime::service::{Context, Decision, EntryKey, Input, Service, Sight};
use serde_json::Value;

use super::store::{Head, Store};

/// States by subject, each with the version that it is of.
type Remembered<T> = BTreeMap<SubjectRef, (u64, Arc<T>)>;

/// What a replica knows by itself. A restart begins it anew.
pub(super) struct Replica<S: Service> {
    pub(super) service: S,
    remembered: RefCell<Remembered<S::State>>,
}

/// A decision with what it was made on; it holds only while all of that stands.
pub(super) struct Attempt<S: Service> {
    pub(super) decided: Result<Decision<S::Row>, Problem>,
    pub(super) state: Arc<S::State>,
    /// The versions of all that was looked at.
    pub(super) read: BTreeMap<SubjectRef, u64>,
}

impl<S: Service> Attempt<S> {
    /// Whether something that was looked at has changed since.
    pub(super) fn is_outdated(&self, store: &Store<S::State>) -> bool {
        self.read.iter().any(|(subject, version)| store.version(subject) != *version)
    }

    /// Whether two replicas came to the same.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        match (&self.decided, &other.decided) {
            (Ok(one), Ok(two)) => {
                one.events == two.events
                    && one.timers == two.timers
                    && one.words == two.words
                    && one.shred == two.shred
                    && one.entries == two.entries
                    && one.answer == two.answer
            }
            (Err(one), Err(two)) => one == two,
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        }
    }
}

/// What one decision sees.
struct Seeing<'a, S: Service> {
    replica: &'a Replica<S>,
    store: &'a Store<S::State>,
    organisation: &'a OrganisationId,
    /// It has missed the last change of everything.
    stale: bool,
    read: RefCell<BTreeMap<SubjectRef, u64>>,
}

impl<S: Service> Seeing<'_, S> {
    fn look(&self, subject: &SubjectRef) -> Option<Arc<S::State>> {
        let head = self.store.heads.get(subject);
        let (version, state) = match head {
            None => (0, None),
            Some(head) => match &head.before {
                Some((version, state)) if self.stale => (*version, Some(Arc::clone(state))),
                Some(_) | None => (head.version, Some(self.replica.read(subject, head))),
            },
        };
        self.read.borrow_mut().insert(subject.clone(), version);
        state.filter(|_| version > 0)
    }
}

impl<S: Service> Sight<S::State> for Seeing<'_, S> {
    fn entry(&self, entry: &EntryKey, _lock: bool) -> Option<Value> {
        self.store.entries.get(&(self.organisation.clone(), entry.clone())).cloned()
    }
    fn peek(&self, subject: &SubjectRef) -> Option<Arc<S::State>> {
        self.look(subject)
    }
}

impl<S: Service> Replica<S> {
    pub(super) fn new(service: S) -> Self {
        Self { service, remembered: RefCell::default() }
    }

    /// The state as it is remembered, if that is of this version; else as it is stored.
    fn read(&self, subject: &SubjectRef, head: &Head<S::State>) -> Arc<S::State> {
        let mut remembered = self.remembered.borrow_mut();
        if let Some((of, state)) = remembered.get(subject)
            && *of == head.version
        {
            return Arc::clone(state);
        }
        let state = head.read();
        remembered.insert(subject.clone(), (head.version, Arc::clone(&state)));
        state
    }

    /// Keeps in mind what this replica itself has committed.
    pub(super) fn remember(&self, subject: &SubjectRef, version: u64, state: &Arc<S::State>) {
        self.remembered.borrow_mut().insert(subject.clone(), (version, Arc::clone(state)));
    }

    /// Decides on an input and commits nothing.
    pub(super) fn attempt(
        &self,
        store: &Store<S::State>,
        now: Timestamp,
        input: &Input,
        stale: bool,
    ) -> Attempt<S> {
        let organisation = &input.subject().organisation;
        let seeing = Seeing { replica: self, store, organisation, stale, read: RefCell::default() };
        let state = seeing.look(input.subject()).unwrap_or_default();
        let decided = {
            let context = Context::new(self.service.name(), now, input, &seeing);
            self.service.decide(&context, &state, input)
        };
        Attempt { decided, state, read: seeing.read.into_inner() }
    }
}
