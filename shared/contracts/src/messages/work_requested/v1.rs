//! `work.requested`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, PersonId, RoleKey, VisitId, WorkId};

/// A piece of human work needs a person. Said by a service, answered by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkRequested {
    /// The work.
    pub work: WorkId,
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit.
    pub epoch: u32,
    /// What has to be done, as a verb of the service, such as `verify`.
    pub task: String,
    /// The role that does it.
    pub role: RoleKey,
    /// The department where the role is looked for.
    pub department: DepartmentId,
    /// The role to turn to when nobody of the first is there.
    pub secondary: Option<RoleKey>,
    /// People who may not do it, beside those barred from the case.
    pub barred: Vec<PersonId>,
}
