//! `verification.recorded`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::VisitId;
use crate::words::WordRef;

/// The complained-of department verified the complaint. Said by investigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerificationRecorded {
    /// The visit.
    pub visit: VisitId,
    /// Whether the complaint stands.
    pub substantiated: bool,
    /// The finding and its reason.
    pub finding: WordRef,
    /// Who verified.
    pub by: Actor,
}
