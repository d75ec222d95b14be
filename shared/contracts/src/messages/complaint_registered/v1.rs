//! `complaint.registered`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::facts::Facts;
use crate::ids::{
    CategoryKey, ChannelKey, ComplainantId, ComplaintId, DepartmentId, FileId, PersonId, PlaybookId,
};
use crate::words::{Language, WordRef};

/// A complaint is on record, numbered, acknowledged. Said by intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComplaintRegistered {
    /// The number people use; unique, chronological, never reused.
    pub number: String,
    /// The playbook in force at registration, pinned for life.
    pub playbook: PlaybookRef,
    /// The channel it came by.
    pub channel: ChannelKey,
    /// The nature of the matter, one of the playbook's kinds.
    pub kind: String,
    /// Who complains, one of the playbook's customer types.
    pub customer_type: String,
    /// What it is about, when known at registration.
    pub category: Option<CategoryKey>,
    /// The complained-of department, when known.
    pub complained_of: Option<DepartmentId>,
    /// The complained-of person, who may then not act on it.
    pub complained_of_person: Option<PersonId>,
    /// The unit where it happened or that took it in.
    pub unit: Option<DepartmentId>,
    /// When the customer told somebody.
    pub received_at: Timestamp,
    /// When it was put on record.
    pub registered_at: Timestamp,
    /// Who put it on record.
    pub registered_by: Actor,
    /// The language to speak to the customer in.
    pub language: Language,
    /// The complainant, whose contact data intake alone holds.
    pub complainant: ComplainantId,
    /// What the customer told.
    pub narrative: WordRef,
    /// What the customer wants, if said.
    pub demand: Option<WordRef>,
    /// Facts known at registration, the playbook's signals among them.
    pub facts: Facts,
    /// The complaint it repeats, if any.
    pub repeats: Option<ComplaintId>,
    /// The feeder's own reference.
    pub external: Option<ExternalRef>,
    /// Files handed in with it.
    pub files: Vec<FileId>,
}

/// A playbook at one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookRef {
    /// Which playbook.
    pub id: PlaybookId,
    /// Which version of it.
    pub version: u32,
}

/// The reference of a complaint in the system that fed it in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalRef {
    /// The feeding system.
    pub source: String,
    /// Its reference.
    pub reference: String,
}
