//! `work.assigned`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, PersonId, RoleKey, VisitId, WorkId};

/// Here is who does it. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkAssigned {
    /// The work.
    pub work: WorkId,
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit.
    pub epoch: u32,
    /// Who holds it now.
    pub person: PersonId,
    /// Whom they stand in for, when they do.
    pub instead_of: Option<PersonId>,
    /// Where it is done.
    pub department: DepartmentId,
    /// In which role.
    pub role: RoleKey,
}
