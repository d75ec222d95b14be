//! `ruling.withdrawn`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::WorkId;

/// A question about the case needs no answer any more. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulingWithdrawn {
    /// Which.
    pub ruling: WorkId,
    /// Why: `moot`, `case_closed`.
    pub reason: String,
}
