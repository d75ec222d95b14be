//! `stage.withdrawn`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::VisitId;

/// A visit was revoked before it was completed. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageWithdrawn {
    /// The visit.
    pub visit: VisitId,
    /// Why.
    pub reason: String,
}
