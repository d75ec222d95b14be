//! What a version of a calendar or playbook would do to open cases.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClockId, ClockKey, ComplaintId};
use crate::messages::clock_started::CalendarRef;
use crate::messages::complaint_registered::PlaybookRef;
use crate::words::Text;

/// Asks what a version would do to open cases: of a calendar or of a playbook, one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreviewAsked {
    /// A published calendar.
    pub calendar: Option<CalendarRef>,
    /// Or a published playbook.
    pub playbook: Option<PlaybookRef>,
    /// Going on from here.
    pub after: Option<String>,
    /// At most so many cases; 1 to 200, 50 when absent.
    pub limit: Option<u32>,
}

/// What a version would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreviewPage {
    /// For all open cases together; on the first page alone.
    pub counts: Option<PreviewCounts>,
    /// The cases of which something would move, or that cannot be moved.
    pub items: Vec<PreviewCase>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<String>,
    /// The business time that overdue is measured by.
    pub as_of: Timestamp,
    /// The zone that days and hours are meant in.
    pub zone: String,
}

/// What a version would do to all open cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct PreviewCounts {
    /// How many open cases were looked at.
    pub looked_at: u64,
    /// Whether those are all; else the counts are of the first so many, and the pages go on.
    pub whole: bool,
    /// How many of them run on an earlier version.
    pub concerned: u64,
    /// Of how many cases something moves.
    pub cases: u64,
    /// How many clocks get another due time.
    pub clocks: u64,
    /// How many of those an earlier one.
    pub earlier: u64,
    /// How many of those a later one.
    pub later: u64,
    /// How many clocks are overdue at once.
    pub overdue: u64,
    /// How many clocks are overdue no longer.
    pub no_longer_overdue: u64,
    /// How many clocks stop, because the playbook no longer has them.
    pub stopped: u64,
    /// How many cases cannot be moved.
    pub cannot: u64,
}

/// What a version would do to one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreviewCase {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// The playbook it follows now.
    pub playbook: PlaybookRef,
    /// The clocks whose due time moves.
    pub clocks: Vec<PreviewClock>,
    /// The clocks that stop.
    pub stopped: Vec<PreviewStop>,
    /// Why the case cannot be moved; empty when it can.
    pub cannot: Vec<Text>,
}

/// A clock whose due time would move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreviewClock {
    /// Which.
    pub clock: ClockId,
    /// Its key in the playbook.
    pub key: ClockKey,
    /// What people read.
    pub label: Text,
    /// The calendar it runs on now.
    pub calendar: CalendarRef,
    /// When it is due now.
    pub before: Option<Timestamp>,
    /// When it would be due.
    pub after: Option<Timestamp>,
    /// Whether that makes it overdue at once, or overdue no longer.
    pub turn: Option<PreviewTurn>,
}

/// What moving a clock means now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreviewTurn {
    /// It is overdue at once.
    Overdue,
    /// It was overdue and is no longer.
    NoLongerOverdue,
}

/// A clock that would stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreviewStop {
    /// Which.
    pub clock: ClockId,
    /// Its key in the playbook that the case follows now.
    pub key: ClockKey,
    /// What people read.
    pub label: Text,
    /// When it is due now.
    pub due: Option<Timestamp>,
}
