//! An entry of the shift-handover log: what one shift leaves to the next, until somebody acknowledges it.

use contracts::commands::Actor;
use contracts::messages::handover_written::{HandedOver, HandoverWritten};
use contracts::{DepartmentId, Event, ShiftKey, WordRef};
use jiff::Timestamp;
use runtime::service::Happened;
use serde::{Deserialize, Serialize};

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// The department whose next shift must acknowledge it.
    pub department: DepartmentId,
    /// The shift that ended.
    pub shift: Option<ShiftKey>,
    /// Who wrote it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What they said of it all.
    pub note: Option<WordRef>,
    /// The unfinished and pending items.
    pub items: Vec<HandedOver>,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(Actor, Timestamp)>,
}

impl Handover {
    fn written(said: &HandoverWritten, at: Timestamp) -> Self {
        Self {
            department: said.department.clone(),
            shift: said.shift.clone(),
            by: said.by.clone(),
            at,
            note: said.note.clone(),
            items: said.items.clone(),
            acknowledged: None,
        }
    }
}

/// The entry after what happened; `None` where that is of no concern.
pub(super) fn after(before: Option<&Handover>, happened: &Happened<'_>) -> Option<Handover> {
    if let Event::HandoverWritten(said) = happened.event {
        return Some(Handover::written(said, happened.time));
    }
    if let (Event::HandoverAcknowledged(said), Some(before)) = (happened.event, before) {
        let acknowledged = Some((said.by.clone(), happened.time));
        return Some(Handover { acknowledged, ..before.clone() });
    }
    None
}
