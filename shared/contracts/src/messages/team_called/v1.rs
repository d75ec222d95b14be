//! `team.called`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, PersonId, RoleKey};
use crate::words::Text;

/// A team was put together for a case. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamCalled {
    /// The team's key in the playbook.
    pub team: String,
    /// Its name.
    pub label: Text,
    /// Who leads it; nobody where nobody could be found.
    pub leader: Option<PersonId>,
    /// Who stands in.
    pub deputy: Option<PersonId>,
    /// The members.
    pub members: Vec<PersonId>,
    /// For which place of the playbook each member was called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<TeamPlace>,
    /// Members from outside, such as the customer or a supplier, as the playbook names them.
    pub outside: Vec<Text>,
}

/// A member in the place that they were called for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamPlace {
    /// Who.
    pub person: PersonId,
    /// The role that the playbook names.
    pub role: RoleKey,
    /// Where it was looked for.
    pub department: DepartmentId,
}
