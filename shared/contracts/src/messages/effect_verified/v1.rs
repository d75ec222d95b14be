//! `effect.verified`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::VisitId;
use crate::words::WordRef;

/// Whether the measures of a plan worked. Said by investigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EffectVerified {
    /// The visit.
    pub visit: VisitId,
    /// Whether they did.
    pub effective: bool,
    /// How that was seen.
    pub finding: WordRef,
    /// Who looked.
    pub by: Actor,
}
