//! A complaint as intake knows it: what was put on record, its files, how far it has come.

use std::collections::BTreeMap;

use contracts::commands::intake::Receipt;
use contracts::messages::complaint_registered::{ExternalRef, PlaybookRef};
use contracts::{
    ChannelKey, ComplainantId, ComplaintId, FileId, Language, PersonId, StageKey, StageKind, VisitId, WordRef,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Clarification, Visit};

/// A complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Complaint {
    /// Set once it is on record.
    pub registered: Option<Registered>,
    /// The files that were verified.
    pub files: BTreeMap<FileId, KeptFile>,
    /// How far it has come, for the customer who asks.
    pub progress: Option<Progress>,
    /// The visits to stages of kind `clarify`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visits: BTreeMap<VisitId, Visit>,
    /// What was restated and added since, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clarified: Vec<Clarification>,
}

/// A complaint on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Its number.
    pub number: String,
    /// The playbook it follows.
    pub playbook: PlaybookRef,
    /// The channel it came by.
    pub channel: ChannelKey,
    /// The nature of the matter.
    pub kind: String,
    /// When the customer told somebody.
    pub received_at: Timestamp,
    /// When it was put on record.
    pub registered_at: Timestamp,
    /// The language to speak to the customer in.
    pub language: Language,
    /// Who complains.
    pub complainant: ComplainantId,
    /// What the customer told.
    pub narrative: WordRef,
    /// What the customer wants.
    pub demand: Option<WordRef>,
    /// The complaint it repeats.
    pub repeats: Option<ComplaintId>,
    /// The feeder's reference.
    pub external: Option<ExternalRef>,
    /// The person complained of, who keeps out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complained_of_person: Option<PersonId>,
    /// The member of staff who took it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<PersonId>,
}

impl Registered {
    /// Whether `person` is the one complained of.
    #[must_use]
    pub fn is_about(&self, person: &PersonId) -> bool {
        self.complained_of_person.as_ref() == Some(person)
    }
    /// The receipt, given again. The tracking code is not kept: it is computed.
    #[must_use]
    pub fn receipt(&self, complaint: ComplaintId, tracking_code: String, warnings: Vec<String>) -> Receipt {
        Receipt {
            complaint,
            number: self.number.clone(),
            tracking_code,
            received_at: self.received_at,
            registered_at: self.registered_at,
            playbook: self.playbook.clone(),
            repeats: self.repeats,
            warnings,
        }
    }
}

/// A verified file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// Its sniffed type.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
}

/// How far a complaint has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The main stage it is at.
    pub stage: StageKey,
    /// The kind of that stage.
    pub kind: StageKind,
    /// Which handling it is.
    pub instance: u32,
    /// Since when.
    pub since: Timestamp,
    /// Whether it is archived.
    pub closed: bool,
}
