//! `directory.changed`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{DepartmentId, PersonId, RoleKey};
use crate::words::Text;

/// Departments and people were added or changed. Said by routing, on the subject of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DirectoryChanged {
    /// Departments as they now are.
    pub departments: Vec<Department>,
    /// People as they now are.
    pub people: Vec<Person>,
    /// Who changed them.
    pub by: Actor,
}

/// A department, store or other unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Its key.
    pub id: DepartmentId,
    /// Its name.
    pub name: Text,
    /// The unit above it.
    #[serde(default)]
    pub parent: Option<DepartmentId>,
    /// The duty manager, whom a ladder reaches when nobody else can be.
    #[serde(default)]
    pub duty_manager: Option<PersonId>,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their key.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub department: DepartmentId,
    /// The roles they hold in their department.
    #[serde(default)]
    pub roles: std::collections::BTreeSet<RoleKey>,
    /// Their line manager.
    #[serde(default)]
    pub manager: Option<PersonId>,
    /// How customers reach them directly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// How colleagues reach them by e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// How colleagues reach them by telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What they are able to do.
    #[serde(default)]
    pub skills: std::collections::BTreeSet<String>,
    /// When they are away and who stands in.
    #[serde(default)]
    pub absences: Vec<Absence>,
    /// Whether they still work here.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// A time away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// From when.
    pub from: Timestamp,
    /// Until when (exclusive).
    pub until: Timestamp,
    /// Who stands in; never gains more than the absent person has.
    #[serde(default)]
    pub deputy: Option<PersonId>,
}
