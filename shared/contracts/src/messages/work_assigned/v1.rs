//! `work.assigned`, version 1.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{DepartmentId, PersonId, RoleKey, VisitId, WorkId};
use crate::words::WordRef;

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
    /// Who gave it to them and why; absent where routing found them by itself, or they took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
    /// The skills that are asked for and that they do not have: nobody who has them was there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub lacks: BTreeSet<String>,
}

/// Who moved a piece of work, and why in their words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Because {
    /// Who.
    pub by: Actor,
    /// What they said, kept by routing.
    pub reason: WordRef,
}
