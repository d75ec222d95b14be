//! What is written about an input that is parked.

use bytes::Bytes;
use contracts::Problem;
use jiff::Timestamp;
use journal::parked::{Parked, ParkedWhat};
use journal::timer::Timer;
use uuid::Uuid;

use super::task::{Message, Unreadable};
use crate::service::Input;

/// Why an event is parked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reason<'a> {
    /// It does not follow what was heard of its source.
    Forked,
    /// No version of this program understands it.
    Unknown(&'a Problem),
    /// The core refused it or failed.
    Refused(&'a Problem),
}

impl Reason<'_> {
    fn code(self) -> &'static str {
        match self {
            Self::Forked => "source-forked",
            Self::Unknown(_) => "not-understood",
            Self::Refused(problem) => problem.code.as_str(),
        }
    }
    fn text(self) -> String {
        match self {
            Self::Forked => {
                "it does not follow the event that was heard before it: the source has another past"
                    .to_owned()
            }
            Self::Unknown(problem) => plain(&problem.detail),
            Self::Refused(problem) => plain(&problem.to_string()),
        }
    }
}

pub(crate) fn event(message: &Message, reason: Reason<'_>, now: Timestamp) -> Parked {
    let envelope = &message.envelope;
    Parked {
        id: message.park_id(),
        subject: envelope.subject.clone(),
        what: ParkedWhat::Event {
            source: envelope.source,
            sequence: envelope.sequence,
            event: envelope.id,
            hash: message.hash,
        },
        headers: message.headers.clone(),
        body: message.body.clone(),
        code: reason.code().to_owned(),
        reason: reason.text(),
        parked_at: now,
        attempts: 1,
        settled: None,
    }
}

pub(crate) fn unreadable(message: &Unreadable, now: Timestamp) -> Option<Parked> {
    Some(Parked {
        id: message.park_id(),
        subject: message.subject()?,
        what: ParkedWhat::Unreadable,
        headers: message.headers.clone(),
        body: message.body.clone(),
        code: "unreadable".to_owned(),
        reason: format!("the header {} is missing or malformed", message.error.header),
        parked_at: now,
        attempts: 1,
        settled: None,
    })
}

pub(crate) fn timer(timer: &Timer, input: &Input, problem: &Problem, now: Timestamp) -> Parked {
    Parked {
        id: Uuid::new_v5(&input.root(), b"parked"),
        subject: timer.subject.clone(),
        what: ParkedWhat::Timer { key: timer.key.clone(), due: timer.due },
        headers: Vec::new(),
        body: Bytes::from(timer.payload.to_string()),
        code: problem.code.to_string(),
        reason: plain(&problem.to_string()),
        parked_at: now,
        attempts: 1,
        settled: None,
    }
}

/// A text that the store takes, of a length that a list can show.
fn plain(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(500).collect()
}
