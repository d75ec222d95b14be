//! `claim.clarified`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{FileId, VisitId};
use crate::words::WordRef;

/// What the complaint is about was restated, or something missing was supplied. Said by intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimClarified {
    /// The visit.
    pub visit: VisitId,
    /// Whether the customer was reached; they were when they say it themselves.
    pub reached: bool,
    /// The claim in our words.
    pub restated: Option<WordRef>,
    /// Whether the customer confirmed that it was understood.
    pub confirmed: bool,
    /// What the customer adds.
    pub said: Option<WordRef>,
    /// Which fields were supplied; their values are facts or stay with intake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplied: Vec<String>,
    /// Whether the customer is who they say they are; absent when nobody looked.
    pub identity_verified: Option<bool>,
    /// Files that were added to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileId>,
    /// Who took it down: staff, or the customer themselves.
    pub by: Actor,
}
