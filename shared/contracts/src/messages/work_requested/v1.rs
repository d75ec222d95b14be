//! `work.requested`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, MeasureId, PersonId, RoleKey, VisitId, WorkId};

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
    /// Who is asked before all others of the role, where somebody was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// When it has to be done, where it has a due time of its own beside the clocks of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The measure that it carries out, at a stage of kind `correct`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<MeasureId>,
}
