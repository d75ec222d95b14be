//! A playbook as text again, for whoever changes one that was published: what is kept is the document, not how it was
//! laid out.

use crate::model::Playbook;

/// The text of a playbook, which [`load`](crate::load) reads back as the same.
///
/// # Errors
/// What cannot be written as YAML, which no playbook that was read is.
pub fn write(playbook: &Playbook) -> Result<String, serde_saphyr::ser::Error> {
    serde_saphyr::to_string(playbook)
}
