//! The rows of intake's own tables, as decisions make them. `store.rs` seals what is personal and writes them.

use contracts::messages::complaint_registered::ExternalRef;
use contracts::messages::proposal_made::Remedy;
use contracts::{
    CategoryKey, ChannelKey, ComplainantId, ComplaintId, DepartmentId, Fen, FileId, PlaybookId, WordId,
};
use jiff::Timestamp;
use vault::{BlindIndex, Masked};

/// One row to write, in the transaction of the decision.
#[derive(Debug, Clone)]
pub enum Row {
    /// Who complains and how to reach them: what is given replaces what was known.
    Complainant(Box<ComplainantRow>),
    /// A complaint on record.
    Complaint(Box<ComplaintRow>),
    /// What became known of a complaint on record.
    Amended(AmendedRow),
    /// What was settled on the spot, for sampling afterwards.
    Settlement(SettlementRow),
    /// An upload was begun.
    FileBegun(FileRow),
    /// One piece of an upload.
    FileChunk(ChunkRow),
    /// An upload was verified: the file can be read.
    FileKept {
        /// The file.
        file: FileId,
        /// Its sniffed type.
        media_type: String,
    },
    /// An upload was given up: its pieces go.
    FileDropped {
        /// The file.
        file: FileId,
    },
    /// A complainant is forgotten: contact data and files go, the record of their complaints stays.
    Erased {
        /// Who.
        complainant: ComplainantId,
        /// Their complaints.
        complaints: Vec<ComplaintId>,
    },
}

/// Contact data in the clear, on their way to being sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplainantRow {
    /// Who.
    pub complainant: ComplainantId,
    /// Their name.
    pub name: Option<Masked<String>>,
    /// Telephone number, as given.
    pub phone: Option<Masked<String>>,
    /// Blind index of the number.
    pub phone_index: Option<BlindIndex>,
    /// E-mail address, as given.
    pub email: Option<Masked<String>>,
    /// Blind index of the address.
    pub email_index: Option<BlindIndex>,
    /// Postal address.
    pub address: Option<Masked<String>>,
    /// A further contact.
    pub other: Option<Masked<String>>,
    /// How they like to be reached.
    pub preferred_channel: Option<ChannelKey>,
    /// When this was said.
    pub at: Timestamp,
}

/// A complaint on record, for look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplaintRow {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// Who complains.
    pub complainant: ComplainantId,
    /// The playbook it follows.
    pub playbook: PlaybookId,
    /// The version of it.
    pub playbook_version: u32,
    /// The channel it came by.
    pub channel: ChannelKey,
    /// The nature of the matter.
    pub kind: String,
    /// What it is about.
    pub category: Option<CategoryKey>,
    /// Where it happened or who took it in.
    pub unit: Option<DepartmentId>,
    /// When the customer told somebody.
    pub received_at: Timestamp,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// The complaint it repeats.
    pub repeats: Option<ComplaintId>,
    /// The feeder's reference.
    pub external: Option<ExternalRef>,
    /// Blind index of the order number.
    pub order_index: Option<BlindIndex>,
    /// The order number, sealed by the store.
    pub order_number: Option<Masked<String>>,
    /// What the customer told.
    pub narrative: WordId,
    /// What the customer wants.
    pub demand: Option<WordId>,
    /// What the customer thinks of it.
    pub opinion: Option<WordId>,
}

/// What became known of a complaint on record; what is given replaces what was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmendedRow {
    /// The complaint.
    pub complaint: ComplaintId,
    /// What it is about.
    pub category: Option<CategoryKey>,
    /// Blind index of the order number.
    pub order_index: Option<BlindIndex>,
    /// The order number, sealed by the store.
    pub order_number: Option<Masked<String>>,
}

/// What was given at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementRow {
    /// The complaint.
    pub complaint: ComplaintId,
    /// What was done, in words.
    pub account: WordId,
    /// What was given.
    pub remedies: Vec<Remedy>,
    /// Its sum.
    pub total: Fen,
    /// Who settled it.
    pub by: contracts::PersonId,
    /// When.
    pub at: Timestamp,
}

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The file.
    pub file: FileId,
    /// The complaint it belongs to.
    pub complaint: ComplaintId,
    /// Its name.
    pub name: Masked<String>,
    /// Its declared size.
    pub bytes: u64,
    /// Its declared SHA-256.
    pub sha256: String,
    /// When it was begun.
    pub at: Timestamp,
}

/// One piece of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkRow {
    /// The file.
    pub file: FileId,
    /// Its place, from 0.
    pub index: u32,
    /// The bytes.
    pub content: Masked<Vec<u8>>,
}
