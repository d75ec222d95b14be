//! What a service keeps in its database, as maps. Replicas share it; each commit is one call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use contracts::commands::{Answer, Command};
use contracts::{ComplaintId, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef, WordId};
use jiff::Timestamp;
use runtime::service::{EntryChange, EntryKey, Said, TimerChange, Word};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Parked;

/// What is known of one subject.
pub(super) struct Head<T> {
    pub(super) state: Arc<T>,
    /// The state as whoever has not made it reads it: from JSON, and from each version once.
    read_back: OnceLock<Arc<T>>,
    pub(super) version: u64,
    /// The state before the last change, as a replica remembers it that missed that change.
    pub(super) before: Option<(u64, Arc<T>)>,
    /// Sequence and hash of the last event said about it.
    pub(super) last: (u64, [u8; 32]),
    /// Sequence of the last event applied, per source.
    pub(super) cursors: BTreeMap<ServiceName, u64>,
}

impl<T: Default> Default for Head<T> {
    fn default() -> Self {
        Self {
            state: Arc::default(),
            read_back: OnceLock::new(),
            version: 0,
            before: None,
            last: (0, [0; 32]),
            cursors: BTreeMap::new(),
        }
    }
}

impl<T> Head<T> {
    /// Puts another state in place of the present one.
    pub(super) fn replace(&mut self, state: Arc<T>) {
        let old = std::mem::replace(&mut self.state, state);
        self.before = Some((self.version, old));
        self.version += 1;
        self.read_back = OnceLock::new();
    }
}

impl<T: Serialize + DeserializeOwned> Head<T> {
    /// The state as it is stored, which is JSON.
    pub(super) fn read(&self) -> Arc<T> {
        let read = || {
            let text = serde_json::to_string(&*self.state).expect("a state is JSON");
            Arc::new(serde_json::from_str(&text).expect("a state can be read back"))
        };
        Arc::clone(self.read_back.get_or_init(read))
    }
}

/// A timer that a replica has found due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// When it is due.
    pub due: Timestamp,
    /// Whose it is.
    pub subject: SubjectRef,
    /// Its key.
    pub key: String,
}

/// The tables.
pub(super) struct Store<T> {
    pub(super) heads: BTreeMap<SubjectRef, Head<T>>,
    pub(super) entries: BTreeMap<(OrganisationId, EntryKey), Value>,
    timers: BTreeMap<(SubjectRef, String), (Timestamp, Value)>,
    by_due: BTreeSet<Found>,
    commands: BTreeMap<(OrganisationId, String), (Command, Answer)>,
    words: BTreeMap<WordId, (ComplaintId, String)>,
    pub(super) journal: BTreeMap<SubjectRef, Vec<Arc<Said>>>,
    pub(super) held: BTreeMap<(SubjectRef, ServiceName, u64), Arc<Said>>,
    pub(super) parked: Vec<Parked>,
    /// What was said and is not published yet, in the order of the journal.
    pub(super) outbox: Vec<Arc<Said>>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            heads: BTreeMap::new(),
            entries: BTreeMap::new(),
            timers: BTreeMap::new(),
            by_due: BTreeSet::new(),
            commands: BTreeMap::new(),
            words: BTreeMap::new(),
            journal: BTreeMap::new(),
            held: BTreeMap::new(),
            parked: Vec::new(),
            outbox: Vec::new(),
        }
    }
}

impl<T> Store<T> {
    pub(super) fn version(&self, subject: &SubjectRef) -> u64 {
        self.heads.get(subject).map_or(0, |head| head.version)
    }

    pub(super) fn cursor(&self, subject: &SubjectRef, source: ServiceName) -> u64 {
        self.heads.get(subject).and_then(|head| head.cursors.get(&source).copied()).unwrap_or(0)
    }

    /// Whether an event of `source` about `subject` is parked: its successors wait.
    pub(super) fn is_blocked(&self, subject: &SubjectRef, source: ServiceName) -> bool {
        let envelope = |parked: &Parked| parked.said.envelope.source == source;
        self.parked.iter().any(|parked| parked.said.envelope.subject == *subject && envelope(parked))
    }

    /// The answer on record to an order of this id.
    pub(super) fn first_answer(&self, command: &Command) -> Option<Answer> {
        let key = (command.organisation().clone(), command.id.to_string());
        let (first, answer) = self.commands.get(&key)?;
        let same =
            first.subject == command.subject && first.verb == command.verb && first.body == command.body;
        Some(match answer {
            Answer::Done { version, body, .. } if same => {
                Answer::Done { version: *version, repeated: true, body: body.clone() }
            }
            Answer::Done { .. } | Answer::Refused { .. } => Answer::Refused {
                problem: Problem::new(ProblemCode::KeyReused, "the key was used for another order")
                    .at("/id")
                    .expected("the first order again, or a key that was not used"),
            },
        })
    }

    pub(super) fn record(&mut self, command: &Command, answer: &Answer) {
        let key = (command.organisation().clone(), command.id.to_string());
        self.commands.insert(key, (command.clone(), answer.clone()));
    }

    pub(super) fn say(&mut self, said: Said) {
        let said = Arc::new(said);
        self.journal.entry(said.envelope.subject.clone()).or_default().push(Arc::clone(&said));
        self.outbox.push(said);
    }

    pub(super) fn set_timers(&mut self, subject: &SubjectRef, changes: Vec<TimerChange>) {
        for change in changes {
            match change {
                TimerChange::Set { key, due, payload } => {
                    self.remove_timer(subject, &key);
                    self.by_due.insert(Found { due, subject: subject.clone(), key: key.clone() });
                    self.timers.insert((subject.clone(), key), (due, payload));
                }
                TimerChange::Cancel { key } => self.remove_timer(subject, &key),
            }
        }
    }

    pub(super) fn remove_timer(&mut self, subject: &SubjectRef, key: &str) {
        let key = (subject.clone(), key.to_owned());
        if let Some((due, _)) = self.timers.remove(&key) {
            self.by_due.remove(&Found { due, subject: key.0, key: key.1 });
        }
    }

    /// What is stored with a timer, if it still stands as it was found.
    pub(super) fn payload(&self, found: &Found) -> Option<Value> {
        let (due, payload) = self.timers.get(&(found.subject.clone(), found.key.clone()))?;
        (*due == found.due).then(|| payload.clone())
    }

    pub(super) fn earliest(&self) -> Option<Timestamp> {
        self.by_due.first().map(|found| found.due)
    }

    /// The timers that are due, of each subject the first.
    pub(super) fn due(&self, now: Timestamp) -> Vec<Found> {
        let mut subjects = BTreeSet::new();
        let due = self.by_due.iter().take_while(|found| found.due <= now);
        due.filter(|found| subjects.insert(&found.subject)).cloned().collect()
    }

    pub(super) fn change_entries(&mut self, organisation: &OrganisationId, changes: Vec<EntryChange>) {
        for change in changes {
            match change {
                EntryChange::Put { entry, value } => {
                    self.entries.insert((organisation.clone(), entry), value);
                }
                EntryChange::Add { entry, by } => {
                    let value = self.entries.entry((organisation.clone(), entry)).or_insert_with(|| 0.into());
                    *value = (value.as_i64().unwrap_or(0) + by).into();
                }
                EntryChange::Remove { entry } => {
                    self.entries.remove(&(organisation.clone(), entry));
                }
            }
        }
    }

    pub(super) fn keep_words(&mut self, words: Vec<Word>, shred: &[ComplaintId]) {
        if !shred.is_empty() {
            self.words.retain(|_, (complaint, _)| !shred.contains(complaint));
        }
        self.words.extend(words.into_iter().map(|word| (word.id, (word.complaint, word.text))));
    }

    pub(super) fn word(&self, id: WordId) -> Option<&str> {
        self.words.get(&id).map(|(_, text)| text.as_str())
    }
}
