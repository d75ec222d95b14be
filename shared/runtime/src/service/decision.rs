//! What a decision does: events, timers, texts, look-up entries and rows, written together or not at all.

use contracts::commands::Answer;
use contracts::{ComplaintId, Event, Problem, ServiceName, WordId, WordRef};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

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
        /// What comes back in [`super::Due::payload`].
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

/// Turns the outcome of a decision on a command into its answer.
#[must_use]
pub fn answer_of<R>(outcome: &Result<Decision<R>, Problem>, version: u64) -> Answer {
    match outcome {
        Ok(decision) => Answer::Done { version, repeated: false, body: decision.answer.clone() },
        Err(problem) => Answer::Refused { problem: problem.clone() },
    }
}
