//! `handover.acknowledged`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;

/// Somebody of the next shift has taken note of a handover. Said by routing, on the handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverAcknowledged {
    /// Who.
    pub by: Actor,
}
