//! `stage.completed`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::facts::Facts;
use crate::ids::{OutcomeKey, VisitId};

/// A visit ended with this outcome. Said by the service that owns the stage kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageCompleted {
    /// The visit.
    pub visit: VisitId,
    /// The epoch it was done in.
    pub epoch: u32,
    /// What it ended with, one of the stage's outcomes.
    pub outcome: OutcomeKey,
    /// Facts that became true by it.
    pub facts: Facts,
    /// What it found: references and keys, never words.
    pub results: serde_json::Value,
    /// Who completed it.
    pub by: Actor,
}
