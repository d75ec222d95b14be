//! What the case page and scenarios see of a complaint on record. Also part of the `case` query, so that a simulation
//! and the running system are read alike. No contact data and no words: those are opened for whoever may see them.

use serde_json::{Value, json};

use crate::state::Complaint;

/// A complaint as JSON; null where it is not on record.
#[must_use]
pub fn view(complaint: &Complaint) -> Value {
    let Some(registered) = &complaint.registered else { return Value::Null };
    json!({
        "number": registered.number,
        "playbook": registered.playbook,
        "channel": registered.channel,
        "kind": registered.kind,
        "language": registered.language,
        "received_at": registered.received_at,
        "registered_at": registered.registered_at,
        "complainant": registered.complainant,
        "repeats": registered.repeats,
        "external": registered.external,
        "files": complaint.files,
        "progress": complaint.progress,
        "words": { "narrative": registered.narrative, "demand": registered.demand },
    })
}
