//! `work.withdrawn`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{VisitId, WorkId};
use crate::messages::work_assigned::Because;

/// A piece of work is no longer to be done. Said by the service that asked for it, or by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkWithdrawn {
    /// The work.
    pub work: WorkId,
    /// The visit it belongs to.
    pub visit: VisitId,
    /// Why: `done`, `stage_withdrawn`, …
    pub reason: String,
    /// Who gave it back and why, where that ended it: a ruling that is handed back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
}
