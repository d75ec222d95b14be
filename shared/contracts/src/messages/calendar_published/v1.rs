//! `calendar.published`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::CalendarId;

/// A version of a working calendar exists. Said by routing, on the subject of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarPublished {
    /// Which calendar.
    pub calendar: CalendarId,
    /// Its version.
    pub version: u32,
    /// The whole document as JSON.
    pub document: serde_json::Value,
    /// Who published it.
    pub by: Actor,
}
