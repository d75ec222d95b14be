//! `clock.changed`, version 2: a clock may be extended by a ruling.
//!
//! A reader of version 1 knows no extension and would guess; it parks what it does not know instead.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::v1;
use crate::commands::Actor;
use crate::ids::{ClockId, ClockKey, WorkId};
use crate::messages::clock_started::CalendarRef;

/// A running clock was paused, resumed, extended, or got another due time. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockChanged {
    /// The clock.
    pub clock: ClockId,
    /// Its key in the playbook.
    pub key: ClockKey,
    /// What happened to it.
    pub change: ClockChange,
    /// When.
    pub at: Timestamp,
    /// When it is due now.
    pub due: Option<Timestamp>,
    /// The calendar that it runs on from now on, where another version was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarRef>,
    /// Why.
    pub reason: String,
    /// Who caused it.
    pub by: Actor,
}

/// What happened to a running clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockChange {
    /// It stands still.
    Paused,
    /// It runs again.
    Resumed,
    /// Its due time moved.
    Moved,
    /// More time was granted.
    Extended {
        /// By which ruling.
        ruling: WorkId,
        /// When it was due.
        from: Timestamp,
        /// Until when it was extended.
        until: Timestamp,
    },
}

impl From<v1::ClockChanged> for ClockChanged {
    fn from(said: v1::ClockChanged) -> Self {
        let v1::ClockChanged { clock, key, change, at, due, reason, by } = said;
        let change = match change {
            v1::ClockChange::Paused => ClockChange::Paused,
            v1::ClockChange::Resumed => ClockChange::Resumed,
            v1::ClockChange::Moved => ClockChange::Moved,
        };
        Self { clock, key, change, at, due, calendar: None, reason, by }
    }
}
