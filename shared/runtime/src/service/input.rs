//! What a service decides on: an event of another service, an order, or a timer that ran out.

use contracts::commands::Command;
use contracts::{Envelope, Event, SubjectRef};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

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
