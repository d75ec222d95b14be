//! `clock.stopped`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClockId, ClockKey};

/// A clock ended: met, or no longer needed. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockStopped {
    /// The clock.
    pub clock: ClockId,
    /// Its key in the playbook.
    pub key: ClockKey,
    /// When.
    pub at: Timestamp,
    /// Whether it was stopped before it ran out.
    pub met: bool,
}
