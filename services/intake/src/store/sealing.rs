//! Where each sealed field stands. A blob opens only in the place it was sealed for, so these names never change.

use contracts::{ComplainantId, ComplaintId, FileId, OrganisationId};
use uuid::Uuid;
use vault::{KeyRing, Kind, Masked, Place, VaultError};

/// The tables and columns that hold sealed fields.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Field {
    Name(ComplainantId),
    Phone(ComplainantId),
    Email(ComplainantId),
    Address(ComplainantId),
    Other(ComplainantId),
    Order(ComplaintId),
    FileName(FileId),
    Chunk(FileId, u32),
    Submission(u64),
}

impl Field {
    fn parts(self) -> (Kind, &'static str, &'static str, Uuid) {
        match self {
            Self::Name(id) => (Kind::Contact, "intake.complainant", "name", id.0),
            Self::Phone(id) => (Kind::Contact, "intake.complainant", "phone", id.0),
            Self::Email(id) => (Kind::Contact, "intake.complainant", "email", id.0),
            Self::Address(id) => (Kind::Contact, "intake.complainant", "address", id.0),
            Self::Other(id) => (Kind::Contact, "intake.complainant", "other", id.0),
            Self::Order(id) => (Kind::Contact, "intake.complaint", "order", id.0),
            Self::FileName(id) => (Kind::Words, "intake.file", "name", id.0),
            Self::Chunk(id, _) => (Kind::Words, "intake.file_chunk", "content", id.0),
            Self::Submission(sequence) => {
                (Kind::Words, "intake.refused_submission", "body", Uuid::from_u128(sequence.into()))
            }
        }
    }

    fn with_place<T>(self, organisation: &OrganisationId, act: impl FnOnce(Place<'_>) -> T) -> T {
        let (kind, table, column, id) = self.parts();
        let row = if let Self::Chunk(_, index) = self { format!("{id}:{index}") } else { id.to_string() };
        act(Place { kind, organisation: organisation.as_str(), table, row: &row, column })
    }

    /// Seals a value for its place.
    pub(crate) fn seal(
        self,
        keys: &KeyRing,
        own: &OrganisationId,
        plain: &[u8],
    ) -> Result<Vec<u8>, sqlx::Error> {
        self.with_place(own, |place| keys.seal(plain, place))
            .map_err(|error| sqlx::Error::Encode(error.into()))
    }

    /// Seals a text that may not be there.
    pub(crate) fn seal_text(
        self,
        keys: &KeyRing,
        own: &OrganisationId,
        text: Option<&Masked<String>>,
    ) -> Result<Option<Vec<u8>>, sqlx::Error> {
        text.map(|text| self.seal(keys, own, text.expose().as_bytes())).transpose()
    }

    /// Opens what was sealed for this place.
    pub(crate) fn open(
        self,
        keys: &KeyRing,
        own: &OrganisationId,
        sealed: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        self.with_place(own, |place| keys.open(sealed, place))
    }

    /// Opens a text that may not be there.
    pub(crate) fn open_text(
        self,
        keys: &KeyRing,
        own: &OrganisationId,
        sealed: Option<&[u8]>,
    ) -> Result<Option<String>, VaultError> {
        sealed.map(|sealed| self.with_place(own, |place| keys.open_text(sealed, place))).transpose()
    }
}
