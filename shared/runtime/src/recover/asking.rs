//! What services ask each other to find and repair what the transport lost: the questions, the answers, the asking.
//!
//! These questions are between machines. They go over all organisations and carry no envelope of who asks: only the
//! NATS users of services and operators may send them.

use std::time::Duration;

use bus::{Bus, RequestError};
use bytes::Bytes;
use contracts::queries::QueryAnswer;
use contracts::{Problem, ServiceName, SubjectRef, subjects};
use jiff::Timestamp;
use journal::Hash;
use journal::place::Place;
use journal::recover::HeadLine;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The most lines of a page of heads, cursors, chains or places: some 250 bytes each, so about 250 kB.
pub const PAGE_LINES: u32 = 1000;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks a source for its heads (`heads`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskHeads {
    /// Only those changed at or after this machine time.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Those after this subject.
    #[serde(default)]
    pub after: Option<SubjectRef>,
    /// Exactly these, [`PAGE_LINES`] at most, in place of a page.
    #[serde(default)]
    pub only: Option<Vec<SubjectRef>>,
}

/// A page of heads.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeadsPage {
    /// The heads in the order of their keys.
    pub heads: Vec<HeadLine>,
    /// Whether there are more after the last one.
    pub more: bool,
}

/// Asks a source for the events of one subject after a sequence (`journal`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskJournal {
    /// Of which subject.
    pub subject: SubjectRef,
    /// Those after this sequence; 0 for the whole.
    pub after: u64,
}

/// An event as it was published.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JournalEvent {
    /// Its sequence.
    pub sequence: u64,
    /// Its exact headers.
    pub headers: journal::Headers,
    /// Its exact body: JSON, and so text.
    pub body: String,
}

/// A page of a journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JournalPage {
    /// The events in order; none: there are no more.
    pub events: Vec<JournalEvent>,
}

/// Asks a listener how far it heard a source about these subjects (`cursors`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskCursors {
    /// Which source.
    pub source: ServiceName,
    /// Which subjects, [`PAGE_LINES`] at most.
    pub subjects: Vec<SubjectRef>,
}

/// How far a listener heard a source about a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursorLine {
    /// The sequence heard last; 0: none.
    pub sequence: u64,
    /// Its hash.
    pub hash: Hash,
    /// The sequence of a parked event that blocks this source.
    pub parked: Option<u64>,
}

/// The cursors in the order of the subjects asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CursorsPage {
    /// One for each subject.
    pub cursors: Vec<CursorLine>,
}

/// Asks a service to verify its own hash chains, a page at a time (`chains`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskChains {
    /// Those after this subject.
    #[serde(default)]
    pub after: Option<SubjectRef>,
    /// This one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<SubjectRef>,
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainBreak {
    /// Whose.
    pub subject: SubjectRef,
    /// At which sequence.
    pub sequence: u64,
    /// How.
    pub fault: journal::ChainFault,
}

/// Verified chains.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChainsPage {
    /// How many chains were verified.
    pub chains: u64,
    /// How many events they have.
    pub events: u64,
    /// What is broken, in words that name subject and sequence.
    pub broken: Vec<String>,
    /// The same, for a program that tells it in another language.
    #[serde(default)]
    pub breaks: Vec<ChainBreak>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<SubjectRef>,
}

/// Asks a source where events stand in its journal (`places`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskPlaces {
    /// Which events, by subject and sequence; [`PAGE_LINES`] at most.
    pub events: Vec<(SubjectRef, u64)>,
}

/// The places of events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlacesPage {
    /// One for each that was asked for, in that order; nothing for what the journal does not have.
    pub places: Vec<Option<Place>>,
}

/// Asks a source how much it said before an event and from it on (`extent`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskExtent {
    /// The position of that event; absent: everything was said before.
    #[serde(default)]
    pub position: Option<u64>,
    /// When the stream was created, by which what it did not have yet is told; absent: there is no stream.
    #[serde(default)]
    pub stream_created: Option<Timestamp>,
    /// The last sequence that the stream had given.
    pub last_sequence: u64,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The question could not be written or the answer not be read.
    #[error("question or answer of {service}.{name} cannot be read")]
    Unreadable {
        /// Who was asked.
        service: ServiceName,
        /// What.
        name: String,
        /// Why.
        source: serde_json::Error,
    },
    /// It did not answer.
    #[error("{service} did not answer {name}")]
    Silent {
        /// Who was asked.
        service: ServiceName,
        /// What.
        name: String,
        /// Why.
        source: RequestError,
    },
    /// It answered with a problem.
    #[error("{service} refused {name}")]
    Refused {
        /// Who was asked.
        service: ServiceName,
        /// What.
        name: String,
        /// Its problem.
        source: Problem,
    },
}

/// Asks `service` the built-in query `name`.
///
/// # Errors
/// [`AskError`].
pub async fn ask<T: DeserializeOwned>(
    bus: &Bus,
    service: ServiceName,
    name: &str,
    question: &(impl Serialize + Sync),
) -> Result<T, AskError> {
    let unreadable = |source| AskError::Unreadable { service, name: name.to_owned(), source };
    let question = serde_json::to_vec(question).map_err(unreadable)?;
    let answer = bus
        .request(&subjects::query(service, name), Bytes::from(question), PATIENCE)
        .await
        .map_err(|source| AskError::Silent { service, name: name.to_owned(), source })?;
    match serde_json::from_slice(&answer).map_err(unreadable)? {
        QueryAnswer::Found { body } => serde_json::from_value(body).map_err(unreadable),
        QueryAnswer::Refused { problem } => {
            Err(AskError::Refused { service, name: name.to_owned(), source: problem })
        }
    }
}
