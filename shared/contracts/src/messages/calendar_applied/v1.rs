//! `calendar.applied`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::messages::clock_started::CalendarRef;

/// The clocks of open cases that run on an earlier version of a calendar are moved to this one. Said by
/// routing, on the subject of the organisation; each case then says how its clocks moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarApplied {
    /// Which calendar and version.
    pub calendar: CalendarRef,
    /// The earlier versions that clocks may have run on; 0 for the built-in plain weekdays.
    pub from: Vec<u32>,
    /// Why.
    pub reason: String,
    /// Who applied it.
    pub by: Actor,
}
