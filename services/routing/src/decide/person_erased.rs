//! `person.erased` → the closing summaries of these complaints, why people moved work, and what handovers said of them and
//! beside them, are shredded.

use contracts::ComplaintId;
use contracts::messages::person_erased::PersonErased;
use runtime::service::Decision;

use super::handover_write::handovers_of;
use super::{Desk, Outcome};

pub(super) fn decide(desk: &Desk<'_>, said: &PersonErased) -> Outcome {
    // The note of a handover may speak of any of its complaints; it is kept under the handover's own id.
    let notes = said.complaints.iter().flat_map(|complaint| handovers_of(desk.context, *complaint));
    let notes = notes.map(|handover| ComplaintId(handover.0));
    let mut shred: Vec<_> = said.complaints.iter().copied().chain(notes).collect();
    shred.sort_unstable();
    shred.dedup();
    Ok(Decision { shred, ..Decision::nothing() })
}
