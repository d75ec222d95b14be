//! `work.withdrawn`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{VisitId, WorkId};

/// A piece of work is no longer to be done. Said by the service that asked for it, or by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkWithdrawn {
    /// The work.
    pub work: WorkId,
    /// The visit it belongs to.
    pub visit: VisitId,
    /// Why: `done`, `stage_withdrawn`, …
    pub reason: String,
}
