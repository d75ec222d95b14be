//! `handover.written`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{ComplaintId, DepartmentId, PersonId, ShiftKey, StageKey, WorkId};
use crate::words::WordRef;

/// What is unfinished at the end of a shift was written down for the next one. Said by routing, on the handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverWritten {
    /// The department whose next shift must acknowledge it.
    pub department: DepartmentId,
    /// The shift that ends, where the writer works one.
    pub shift: Option<ShiftKey>,
    /// Who wrote it.
    pub by: Actor,
    /// What they said of it all, kept by routing.
    pub note: Option<WordRef>,
    /// The unfinished and pending items.
    pub items: Vec<HandedOver>,
}

/// A piece of work that is unfinished at the end of a shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandedOver {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// The work.
    pub work: WorkId,
    /// The stage.
    pub stage: StageKey,
    /// What has to be done.
    pub task: String,
    /// Who holds it; nobody while it is queued.
    pub person: Option<PersonId>,
    /// The person complained of, who is not told of it.
    pub complained_of_person: Option<PersonId>,
    /// What was said of it, kept by routing.
    pub note: Option<WordRef>,
}
