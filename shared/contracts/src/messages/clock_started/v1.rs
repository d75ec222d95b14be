//! `clock.started`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{CalendarId, ClockId, ClockKey, DepartmentId, VisitId};

/// A business clock runs. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockStarted {
    /// The clock.
    pub clock: ClockId,
    /// Its key in the playbook.
    pub key: ClockKey,
    /// From when it runs.
    pub start: Timestamp,
    /// When it is due; absent while no due time can be computed.
    pub due: Option<Timestamp>,
    /// The visit it belongs to, for clocks of a visit.
    pub visit: Option<VisitId>,
    /// Which handling of the complaint it belongs to.
    pub instance: u32,
    /// The department that owns this time.
    pub owner: Option<DepartmentId>,
    /// The calendar that it runs on, until another version of it is applied.
    pub calendar: CalendarRef,
}

/// A working calendar at one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct CalendarRef {
    /// Which calendar.
    pub id: CalendarId,
    /// Which version of it; 0 for the built-in plain weekdays.
    pub version: u32,
}
