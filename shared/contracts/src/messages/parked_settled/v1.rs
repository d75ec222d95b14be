//! `parked.settled`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::EventId;
use crate::service::ServiceName;

/// A parked message was replayed or dropped by a person. Said by the service that parked it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParkedSettled {
    /// The CloudEvents id of the parked message.
    pub event: EventId,
    /// Where it came from.
    pub source: ServiceName,
    /// Its sequence there.
    pub sequence: u64,
    /// What was done.
    pub outcome: ParkedOutcome,
    /// Who did it.
    pub by: Actor,
    /// Why.
    pub reason: String,
}

/// What was done with a parked message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParkedOutcome {
    /// Handled again.
    Replayed,
    /// Skipped for good.
    Dropped,
}
