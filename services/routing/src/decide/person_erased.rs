//! `person.erased` → the closing summaries of these complaints, and why people moved work, are shredded.

use contracts::messages::person_erased::PersonErased;
use runtime::service::Decision;

use super::Outcome;

pub(super) fn decide(said: &PersonErased) -> Outcome {
    Ok(Decision { shred: said.complaints.clone(), ..Decision::nothing() })
}
