//! `work.queued`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, RoleKey, VisitId, WorkId};

/// Nobody holds the work: it waits, visibly, in the queue of its department until somebody takes it. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkQueued {
    /// The work.
    pub work: WorkId,
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit.
    pub epoch: u32,
    /// In whose queue it waits.
    pub department: DepartmentId,
    /// The role that may take it.
    pub role: RoleKey,
    /// Why nobody holds it: `nobody_available`, or what the person who gave it back said.
    pub reason: String,
}
