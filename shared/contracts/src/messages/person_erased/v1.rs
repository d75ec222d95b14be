//! `person.erased`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{ComplainantId, ComplaintId};

/// A complainant is to be forgotten: each service shreds its words for these complaints. Said by intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonErased {
    /// Who is forgotten.
    pub complainant: ComplainantId,
    /// Their complaints.
    pub complaints: Vec<ComplaintId>,
    /// Who ordered it.
    pub by: Actor,
    /// Why.
    pub reason: String,
}
