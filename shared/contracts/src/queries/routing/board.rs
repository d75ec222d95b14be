//! The queues at a glance, for a screen on the wall.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::DepartmentId;

/// Asks for the queues.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BoardAsked {
    /// Of this department; of all when absent.
    pub department: Option<DepartmentId>,
}

/// The queues of departments. Nothing is counted further than `most`: a screen needs no more, and it costs the same at any
/// number of open cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Board {
    /// When it was looked at.
    pub at: Timestamp,
    /// How far is counted: a number that is this stands for it and more.
    pub most: u32,
    /// The departments, in the order of their keys.
    pub departments: Vec<BoardLine>,
}

/// The work of a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BoardLine {
    /// Which.
    pub department: DepartmentId,
    /// What waits in the lane of simple business.
    pub simple: Waiting,
    /// What waits in the lane of complex business.
    pub complex: Waiting,
    /// Pieces of open work whose time has run out.
    pub overdue: u32,
    /// Pieces of open work that are due within the hour.
    pub due_soon: u32,
}

/// What waits in a lane of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiting {
    /// How many pieces.
    pub waiting: u32,
    /// Since when the one waits that waits longest.
    pub oldest: Option<Timestamp>,
}
