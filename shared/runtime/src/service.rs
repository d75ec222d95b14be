//! What a service is to the shell and to the simulator: a pure core.
//!
//! `decide` turns a state and an input into a [`Decision`] or a refusal; `evolve` folds what happened into the
//! state. Both are pure: time, ids and look-ups come through [`Context`]. Nothing here may do I/O, read a clock or
//! draw a random number; the shell (PostgreSQL and NATS) and the simulator (memory) run the very same cores.
//!
//! **Looking things up.** `decide` asks the context for what it needs beyond its own state. The shell does not know
//! beforehand: it first decides the whole batch dry, notes what was asked and not at hand, fetches all of it at
//! once, and decides again. A decision is only used when everything it asked for was at hand, so a core never
//! sees a half-known world and needs no list of its look-ups.

use std::cell::Cell;
use std::sync::Arc;

use contracts::commands::{Answer, Command};
use contracts::{
    ComplaintId, Envelope, Event, EventId, Language, OrganisationId, Problem, ServiceName, SubjectRef,
    WordId, WordRef,
};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

/// A service's pure core.
pub trait Service: Send + Sync + 'static {
    /// What it knows of one subject. Kept as JSON beside the head.
    type State: Serialize + DeserializeOwned + Default + Clone + Send + Sync + 'static;
    /// A row of its own tables, written in the transaction of the decision.
    type Row: Send + Sync + 'static;

    /// Its name.
    fn name(&self) -> ServiceName;
    /// The services it hears, whole.
    fn sources(&self) -> &'static [ServiceName];
    /// The verbs it takes.
    fn verbs(&self) -> Vec<&'static str>;

    /// The events it says, by name, for the message map.
    fn says(&self) -> &'static [&'static str] {
        &[]
    }
    /// The events it heeds; of all others it only notes the sequence. For the message map.
    fn heeds(&self) -> Heeds {
        Heeds::These(&[])
    }

    /// Decides on one input.
    ///
    /// A command may be refused and then changes nothing. A heard event or a due timer cannot be refused: an `Err`
    /// for one parks it. Must be a function of its arguments and of what the context answers.
    ///
    /// # Errors
    /// A problem with a stable code.
    fn decide(
        &self,
        context: &Context<'_, Self::State>,
        state: &Self::State,
        input: &Input,
    ) -> Result<Decision<Self::Row>, Problem>;

    /// Folds what happened into the state: first the heard event itself, then each event the decision said.
    fn evolve(&self, state: &mut Self::State, happened: &Happened<'_>);
}

/// Which of the events it hears a service heeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heeds {
    /// Every one.
    All,
    /// These, by name.
    These(&'static [&'static str]),
}

impl Heeds {
    /// Whether `what` is among them.
    #[must_use]
    pub fn holds(&self, what: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.contains(&what),
        }
    }
}

/// What a service decides on.
#[derive(Debug, Clone)]
pub enum Input {
    /// An event of another service.
    Heard(Box<Heard>),
    /// An order.
    Command(Box<Command>),
    /// A business timer that ran out.
    Due(Due),
}

/// An event of another service, read.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Its envelope.
    pub envelope: Envelope,
    /// Its body.
    pub event: Event,
}

/// A business timer that ran out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose timer.
    pub subject: SubjectRef,
    /// Its key, unique per subject.
    pub key: String,
    /// When it was due: the true time, however late it fires.
    pub due: Timestamp,
    /// What was stored with it.
    pub payload: Value,
}

impl Input {
    /// The subject whose head is locked for it.
    #[must_use]
    pub fn subject(&self) -> &SubjectRef {
        match self {
            Self::Heard(heard) => &heard.envelope.subject,
            Self::Command(command) => &command.subject,
            Self::Due(due) => &due.subject,
        }
    }
    /// The UUID that ids made for this input derive from.
    #[must_use]
    pub fn root(&self) -> Uuid {
        match self {
            Self::Heard(heard) => heard.envelope.id.0,
            Self::Command(command) => command.id.root(command.organisation()),
            Self::Due(due) => {
                let name = format!("urn:redress:timer:{}:{}:{}", due.subject, due.key, due.due);
                Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
            }
        }
    }
    /// What the events it causes carry as causation id.
    #[must_use]
    pub fn causation(&self) -> String {
        match self {
            Self::Heard(heard) => heard.envelope.id.to_string(),
            Self::Command(command) => command.id.to_string(),
            Self::Due(due) => format!("timer:{}@{}", due.key, due.due),
        }
    }
}

/// Something that happened to a subject, as `evolve` sees it.
#[derive(Debug, Clone, Copy)]
pub struct Happened<'a> {
    /// Who said it: another service, or this one.
    pub source: ServiceName,
    /// When (business time of the decision that said it).
    pub time: Timestamp,
    /// The subject.
    pub subject: &'a SubjectRef,
    /// What.
    pub event: &'a Event,
}

/// What a decision does. Everything is written in one transaction or not at all.
#[derive(Debug, Clone)]
pub struct Decision<R> {
    /// The events to say, in order, on the input's own subject.
    pub events: Vec<Event>,
    /// Business timers to set or cancel, on the input's own subject.
    pub timers: Vec<TimerChange>,
    /// Texts to keep, encrypted.
    pub words: Vec<Word>,
    /// Complaints whose texts are to be shredded (`person.erased`).
    pub shred: Vec<ComplaintId>,
    /// Changes of look-up entries.
    pub entries: Vec<EntryChange>,
    /// Rows of the service's own tables.
    pub rows: Vec<R>,
    /// The body of the answer, for a command.
    pub answer: Value,
}

impl<R> Default for Decision<R> {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            timers: Vec::new(),
            words: Vec::new(),
            shred: Vec::new(),
            entries: Vec::new(),
            rows: Vec::new(),
            answer: Value::Null,
        }
    }
}

impl<R> Decision<R> {
    /// A decision that changes nothing: the input only advances its cursor.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }
    /// Adds an event.
    pub fn say(&mut self, event: impl Into<Event>) -> &mut Self {
        self.events.push(event.into());
        self
    }
    /// Keeps `text` about `complaint` and gives the reference that events carry.
    pub fn keep(
        &mut self,
        context_id: WordId,
        service: ServiceName,
        complaint: ComplaintId,
        text: &str,
    ) -> WordRef {
        self.words.push(Word { id: context_id, complaint, text: text.to_owned() });
        WordRef::to(service, context_id, text)
    }
    /// Sets the answer.
    ///
    /// # Errors
    /// `internal` when the answer is not JSON, which would be a defect.
    pub fn answer_with(mut self, body: &impl Serialize) -> Result<Self, Problem> {
        self.answer = serde_json::to_value(body)
            .map_err(|error| Problem::new(contracts::ProblemCode::Internal, error.to_string()))?;
        Ok(self)
    }
}

/// A text to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its id.
    pub id: WordId,
    /// The complaint it is about; shredded with it.
    pub complaint: ComplaintId,
    /// The text.
    pub text: String,
}

/// A change of a business timer of the input's subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimerChange {
    /// Sets the timer `key`, replacing one of the same key.
    Set {
        /// Unique per subject.
        key: String,
        /// When it fires.
        due: Timestamp,
        /// What comes back in [`Due::payload`].
        payload: Value,
    },
    /// Cancels the timer `key`, if it is set.
    Cancel {
        /// Its key.
        key: String,
    },
}

/// The name of a look-up entry: shared between subjects, kept per service and organisation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey {
    /// What kind of entry: `counter`, `external`, `load`, …
    pub space: &'static str,
    /// Which one.
    pub key: String,
}

/// A change of a look-up entry.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryChange {
    /// Writes the value. Only for entries that were looked up (and so locked) in the same decision.
    Put {
        /// Which entry.
        entry: EntryKey,
        /// Its value.
        value: Value,
    },
    /// Adds to a number; needs no look-up before.
    Add {
        /// Which entry.
        entry: EntryKey,
        /// How much.
        by: i64,
    },
    /// Removes the entry.
    Remove {
        /// Which entry.
        entry: EntryKey,
    },
}

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

/// Turns the outcome of a decision on a command into its answer.
#[must_use]
pub fn answer_of<R>(outcome: &Result<Decision<R>, Problem>, version: u64) -> Answer {
    match outcome {
        Ok(decision) => Answer::Done { version, repeated: false, body: decision.answer.clone() },
        Err(problem) => Answer::Refused { problem: problem.clone() },
    }
}

/// An event on its way into the journal: what the shell adds to a decision's event.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its envelope.
    pub envelope: Envelope,
    /// The event.
    pub event: Event,
    /// The exact bytes that are published.
    pub body: Vec<u8>,
    /// Their hash, chained.
    pub hash: [u8; 32],
}

/// Seals the next event of a subject: envelope, exact bytes, hash. `last` is the sequence and hash of the one before.
///
/// # Errors
/// What `serde_json` says of the body; none is expected.
pub fn seal(
    source: ServiceName,
    id: EventId,
    now: Timestamp,
    input: &Input,
    last: (u64, [u8; 32]),
    event: Event,
) -> Result<Said, serde_json::Error> {
    let body = event.body()?;
    let envelope = Envelope {
        id,
        source,
        what: event.what().to_owned(),
        version: event.version(),
        subject: input.subject().clone(),
        time: now,
        sequence: last.0 + 1,
        previous_hash: last.1,
        causation: input.causation(),
        correlation: input.subject().id.clone(),
        traceparent: None,
    };
    let hash = envelope.hash(&body);
    Ok(Said { envelope, event, body, hash })
}

/// The language that staff-facing text is written in when nothing else is known.
pub const DEFAULT_LANGUAGE: Language = Language::Zh;

#[cfg(test)]
mod tests {
    use super::*;

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
