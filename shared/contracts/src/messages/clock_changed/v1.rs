//! `clock.changed`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{ClockId, ClockKey};

/// A running clock was paused, resumed, or got another due time. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockChanged {
    /// The clock.
    pub clock: ClockId,
    /// Its key in the playbook.
    pub key: ClockKey,
    /// What happened to it.
    pub change: ClockChange,
    /// When.
    pub at: Timestamp,
    /// When it is due now.
    pub due: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// Who caused it.
    pub by: Actor,
}

/// What happened to a running clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockChange {
    /// It stands still.
    Paused,
    /// It runs again.
    Resumed,
    /// Its due time moved.
    Moved,
}
