//! The shift-handover log, as it is asked for.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{ComplaintId, DepartmentId, HandoverId, PersonId, ShiftKey, StageKey, WorkId};

/// Asks for the log; everything given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HandoversAsked {
    /// This entry.
    pub handover: Option<HandoverId>,
    /// Of this department.
    pub department: Option<DepartmentId>,
    /// True: those that nobody has acknowledged; false: the others.
    pub open: Option<bool>,
    /// Going on from here.
    pub after: Option<String>,
    /// At most so many; 1 to 200, 50 when absent.
    pub limit: Option<u32>,
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandoversPage {
    /// The entries, the newest first.
    pub items: Vec<HandoverShown>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<String>,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverShown {
    /// Which.
    pub handover: HandoverId,
    /// The department whose next shift must acknowledge it.
    pub department: DepartmentId,
    /// The shift that ended.
    pub shift: Option<ShiftKey>,
    /// Who wrote it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What they said of it all; absent where nothing was said, or it was shredded.
    pub note: Option<String>,
    /// The unfinished and pending items.
    pub items: Vec<HandedOverShown>,
    /// Who acknowledged it.
    pub acknowledged_by: Option<Actor>,
    /// When.
    pub acknowledged_at: Option<Timestamp>,
}

/// An item of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandedOverShown {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// The work.
    pub work: WorkId,
    /// The stage.
    pub stage: StageKey,
    /// What had to be done.
    pub task: String,
    /// Who held it; nobody while it was queued.
    pub person: Option<PersonId>,
    /// What was said of it; absent where nothing was said, or it was shredded.
    pub note: Option<String>,
}
