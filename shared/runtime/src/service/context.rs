//! What a core may know beside its state and the input.
//!
//! **Looking things up.** `decide` asks the context for what it needs beyond its own state. The shell does not know
//! beforehand: it first decides the whole batch dry, notes what was asked and not at hand, fetches all of it at
//! once, and decides again. A decision is only used when everything it asked for was at hand, so a core never
//! sees a half-known world and needs no list of its look-ups.

use std::cell::Cell;
use std::sync::Arc;

use contracts::{OrganisationId, ServiceName, SubjectRef};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{EntryKey, Input};

/// Where a context looks things up: the batch's working set, or the simulator's memory.
pub trait Sight<S> {
    /// The value of an entry. `lock`: nobody else may change it until this decision is committed.
    fn entry(&self, entry: &EntryKey, lock: bool) -> Option<Value>;
    /// The state of another subject as last committed, or as changed earlier in this batch.
    fn peek(&self, subject: &SubjectRef) -> Option<Arc<S>>;
}

/// What `decide` may know beside the state and the input.
pub struct Context<'a, S> {
    now: Timestamp,
    root: Uuid,
    organisation: &'a OrganisationId,
    sight: &'a dyn Sight<S>,
    made: Cell<u32>,
}

impl<'a, S> Context<'a, S> {
    /// The context in which `service` decides on `input` at `now`.
    #[must_use]
    pub fn new(service: ServiceName, now: Timestamp, input: &'a Input, sight: &'a dyn Sight<S>) -> Self {
        Self {
            now,
            // Several services hear the same event; what each makes of it must not bear the same ids.
            root: Uuid::new_v5(&input.root(), service.as_str().as_bytes()),
            organisation: &input.subject().organisation,
            sight,
            made: Cell::new(0),
        }
    }
    /// Business time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }
    /// Whose matter it is.
    #[must_use]
    pub const fn organisation(&self) -> &OrganisationId {
        self.organisation
    }
    /// The next new id's UUID; the same input makes the same ids in the same order in the same service.
    #[must_use]
    pub fn next_id(&self) -> Uuid {
        let n = self.made.get();
        self.made.set(n + 1);
        Uuid::new_v5(&self.root, &n.to_be_bytes())
    }
    /// An entry, locked until the decision is committed.
    #[must_use]
    pub fn entry(&self, space: &'static str, key: impl Into<String>) -> Option<Value> {
        self.sight.entry(&EntryKey { space, key: key.into() }, true)
    }
    /// An entry as it is, without a lock: it may be slightly old.
    #[must_use]
    pub fn glance(&self, space: &'static str, key: impl Into<String>) -> Option<Value> {
        self.sight.entry(&EntryKey { space, key: key.into() }, false)
    }
    /// The state of another subject of this service.
    #[must_use]
    pub fn peek(&self, subject: &SubjectRef) -> Option<Arc<S>> {
        self.sight.peek(subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Due;

    struct Nothing;
    impl Sight<()> for Nothing {
        fn entry(&self, _: &EntryKey, _: bool) -> Option<Value> {
            None
        }
        fn peek(&self, _: &SubjectRef) -> Option<Arc<()>> {
            None
        }
    }

    #[test]
    fn the_same_input_makes_the_same_ids_in_one_service_and_others_in_another() {
        let organisation = OrganisationId::new("demo").unwrap();
        let subject = SubjectRef::directory(&organisation);
        let (due, payload) = (Timestamp::UNIX_EPOCH, Value::Null);
        let input = Input::Due(Due { subject, key: "k".into(), due, payload });
        let ids = |service| {
            let context = Context::new(service, Timestamp::UNIX_EPOCH, &input, &Nothing);
            [context.next_id(), context.next_id()]
        };
        assert_eq!(ids(ServiceName::Approval), ids(ServiceName::Approval));
        let [first, second] = ids(ServiceName::Approval);
        assert_ne!(first, second);
        assert!(!ids(ServiceName::Investigation).contains(&first));
    }
}
