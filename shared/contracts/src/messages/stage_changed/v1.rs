//! `stage.changed`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, VisitId};

/// A visit was reassigned: another department, a new epoch. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageChanged {
    /// The visit.
    pub visit: VisitId,
    /// Its new epoch.
    pub epoch: u32,
    /// The department whose work it now is.
    pub department: DepartmentId,
    /// Why.
    pub reason: String,
}
