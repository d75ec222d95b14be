//! What has a history: a subject, named by organisation, kind and id.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ComplainantId, ComplaintId, HandoverId, OrganisationId, PlaybookId};
use crate::service::words;

words! {
    /// The kinds of subject.
    SubjectKind {
        /// A complaint; id = [`ComplaintId`].
        Complaint = "complaint",
        /// A complainant; id = [`ComplainantId`].
        Person = "person",
        /// A playbook; id = [`PlaybookId`].
        Playbook = "playbook",
        /// The directory of departments and people; one an organisation, id = `directory`.
        Directory = "directory",
        /// An entry of the shift-handover log; id = [`HandoverId`].
        Handover = "handover",
        /// The organisation itself: calendars, activations, settings; id = `organisation`.
        Organisation = "organisation",
    }
}

/// One subject of one organisation. Heads, journals, cursors and locks are per subject and service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SubjectRef {
    /// The organisation that owns it.
    pub organisation: OrganisationId,
    /// Its kind.
    pub kind: SubjectKind,
    /// Its id within the kind.
    pub id: String,
}

impl SubjectRef {
    /// The subject of a complaint.
    #[must_use]
    pub fn complaint(organisation: &OrganisationId, id: ComplaintId) -> Self {
        Self { organisation: organisation.clone(), kind: SubjectKind::Complaint, id: id.to_string() }
    }
    /// The subject of a complainant.
    #[must_use]
    pub fn person(organisation: &OrganisationId, id: ComplainantId) -> Self {
        Self { organisation: organisation.clone(), kind: SubjectKind::Person, id: id.to_string() }
    }
    /// The subject of a playbook.
    #[must_use]
    pub fn playbook(organisation: &OrganisationId, id: &PlaybookId) -> Self {
        Self { organisation: organisation.clone(), kind: SubjectKind::Playbook, id: id.to_string() }
    }
    /// The directory of an organisation.
    #[must_use]
    pub fn directory(organisation: &OrganisationId) -> Self {
        Self { organisation: organisation.clone(), kind: SubjectKind::Directory, id: "directory".into() }
    }
    /// The subject of an entry of the shift-handover log.
    #[must_use]
    pub fn handover(organisation: &OrganisationId, id: HandoverId) -> Self {
        Self { organisation: organisation.clone(), kind: SubjectKind::Handover, id: id.to_string() }
    }
    /// The organisation's own settings.
    #[must_use]
    pub fn organisation(organisation: &OrganisationId) -> Self {
        Self {
            organisation: organisation.clone(),
            kind: SubjectKind::Organisation,
            id: "organisation".into(),
        }
    }
    /// The complaint id, when the subject is a complaint.
    #[must_use]
    pub fn complaint_id(&self) -> Option<ComplaintId> {
        (self.kind == SubjectKind::Complaint).then(|| self.id.parse().ok()).flatten()
    }
    /// The CloudEvents `subject` attribute: `kind/id`.
    #[must_use]
    pub fn attribute(&self) -> String {
        format!("{}/{}", self.kind, self.id)
    }
    /// Reads the CloudEvents `subject` attribute of an event of `organisation`.
    #[must_use]
    pub fn from_attribute(organisation: OrganisationId, attribute: &str) -> Option<Self> {
        let (kind, id) = attribute.split_once('/')?;
        let kind = kind.parse().ok()?;
        (!id.is_empty() && id.len() <= 64).then(|| Self { organisation, kind, id: id.to_owned() })
    }
}

impl std::fmt::Display for SubjectRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}/{}", self.organisation, self.kind, self.id)
    }
}
