//! `clock.missed`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClockId, ClockKey, DepartmentId, PersonId, VisitId};

/// A clock ran out. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockMissed {
    /// The clock.
    pub clock: ClockId,
    /// Its key in the playbook.
    pub key: ClockKey,
    /// When it was due: the true time of the breach.
    pub due: Timestamp,
    /// Whether the limit binds or is a target (P33).
    pub hard: bool,
    /// The visit it belongs to, if any.
    pub visit: Option<VisitId>,
    /// The department that owned the time.
    pub owner: Option<DepartmentId>,
    /// The person who held the work.
    pub person: Option<PersonId>,
}
