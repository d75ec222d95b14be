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
    /// Which documents were brought up to date, so that what worked stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standardised: Vec<Standardised>,
}

/// A document that was brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standardised {
    /// Which one, by its key in the playbook.
    pub document: String,
    /// What was changed in it, and in which version.
    pub change: WordRef,
}
