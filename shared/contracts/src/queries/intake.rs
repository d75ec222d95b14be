//! What intake is asked. Customers and feeders get [`TRACK`] and [`CHANNELS`] only; the rest is for staff and services.

mod desk;
mod guided;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{
    CategoryKey, ChannelKey, ComplainantId, ComplaintId, DepartmentId, FileId, PersonId, PlaybookId,
    StageKey, VisitId,
};
use crate::messages::complaint_registered::{ExternalRef, PlaybookRef};
use crate::messages::proposal_made::Remedy;
use crate::money::Fen;
use crate::service::StageKind;
use crate::words::{Language, Text};

pub use desk::*;
pub use guided::*;

/// One complaint: [`ComplaintAsked`] → [`ComplaintFound`].
pub const COMPLAINT: &str = "complaint";
/// How far a complaint has come, for who knows number *and* code: [`TrackAsked`] → [`Tracked`].
pub const TRACK: &str = "track";
/// How to reach a complainant: [`ContactAsked`] → [`Contact`].
pub const CONTACT: &str = "contact";
/// Earlier complaints of a caller or about an order, newest first: [`EarlierAsked`] → `Vec<Listed>`.
pub const EARLIER: &str = "earlier";
/// What holds for a complaint that is about to be put on record: the playbook, earlier complaints, a repeat:
/// [`DeskAsked`] → [`Desk`].
pub const DESK: &str = "desk";
/// What the customer is told right after registering: [`TextAsked`] → [`ToTell`].
pub const TELL: &str = "tell";
/// What the customer told: [`TextAsked`] → [`Told`].
pub const TEXT: &str = "text";
/// Complaints, newest first, page by page: [`RecentAsked`] → [`Recent`].
pub const RECENT: &str = "recent";
/// The files of a complaint: [`TextAsked`] → `Vec<FileListed>`.
pub const FILES: &str = "files";
/// One chunk of a file: [`FileChunkAsked`] → [`FileChunkFound`].
pub const FILE_CHUNK: &str = "file.chunk";
/// The channels and who answers for each: null → `Vec<ChannelListed>`.
pub const CHANNELS: &str = "channels";
/// Submissions of feeders that were refused, newest first: null → `Vec<RefusedSubmission>`.
pub const REFUSED_SUBMISSIONS: &str = "submissions.refused";
/// How many complaints are on record: null → `{"registered": n}`.
pub const COUNTS: &str = "counts";
/// Every query of intake's own.
pub const NAMES: &[&str] = &[
    COMPLAINT,
    TRACK,
    CONTACT,
    EARLIER,
    DESK,
    TELL,
    TEXT,
    RECENT,
    FILES,
    FILE_CHUNK,
    CHANNELS,
    REFUSED_SUBMISSIONS,
    COUNTS,
];

/// A submission that was refused. Its content is kept sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefusedSubmission {
    /// Its sequence in the submission stream.
    pub stream_sequence: u64,
    /// When the feeder published it.
    pub published_at: Timestamp,
    /// The channel it was published to.
    pub channel: String,
    /// Its key, when it could be read so far.
    pub key: Option<String>,
    /// Why it was refused.
    pub problem: crate::problem::Problem,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// Asks for a complaint, by id or by number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ComplaintAsked {
    /// Its id.
    pub complaint: Option<ComplaintId>,
    /// Or its number.
    pub number: Option<String>,
}

/// A complaint as intake has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComplaintFound {
    /// What the list has too.
    #[serde(flatten)]
    pub listed: Listed,
    /// The version of intake's head.
    pub version: u64,
    /// The version of the playbook.
    pub playbook: PlaybookRef,
    /// The language to speak to the customer in.
    pub language: Language,
    /// The feeder's reference.
    pub external: Option<ExternalRef>,
    /// The complaint it repeats.
    pub repeats: Option<ComplaintId>,
    /// How far it has come.
    pub progress: Option<Progress>,
    /// How it was settled on the spot, if it was.
    pub settlement: Option<Settled>,
    /// The code with which the customer asks for progress; for staff to tell.
    pub tracking_code: String,
}

/// A line of a list of complaints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Listed {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// Who complains.
    pub complainant: ComplainantId,
    /// The playbook it follows.
    pub playbook_id: PlaybookId,
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
}

/// How far a complaint has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// The main stage.
    pub stage: StageKey,
    /// Its kind.
    pub kind: StageKind,
    /// Which handling it is.
    pub instance: u32,
    /// Since when.
    pub since: Timestamp,
    /// Whether it is archived.
    pub closed: bool,
}

/// A settlement on the spot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settled {
    /// What was given.
    pub remedies: Vec<Remedy>,
    /// Its sum.
    pub total: Fen,
    /// Who settled it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Asks how far a complaint has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackAsked {
    /// The number.
    pub number: String,
    /// The tracking code, as typed.
    pub code: String,
}

/// What the customer is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tracked {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// When the customer told somebody.
    pub received_at: Timestamp,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// How far it has come; absent when it was only registered.
    pub progress: Option<Progress>,
    /// What the customer may supply or confirm now; absent when nothing is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clarify: Option<ClarifyAsked>,
}

/// The visit at which the customer may supply what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClarifyAsked {
    /// The visit.
    pub visit: VisitId,
    /// Its epoch.
    pub epoch: u32,
    /// The claim in our words, for the customer to confirm; absent until somebody restated it.
    pub restated: Option<String>,
}

/// Asks how to reach a complainant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactAsked {
    /// Who.
    pub complainant: ComplainantId,
    /// The complaint of theirs that it is asked for: its playbook says what is hidden from whom.
    #[serde(default)]
    pub complaint: Option<ComplaintId>,
    /// Whether hidden values are enough.
    #[serde(default)]
    pub masked: bool,
    /// Whether the asker holds, or may take, work of this complaint at which the customer is spoken to. Routing knows it, so
    /// the edge says it.
    #[serde(default)]
    pub speaks: bool,
}

/// How to reach a complainant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// Their name.
    pub name: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// A further contact.
    pub other: Option<String>,
    /// How they like to be reached.
    pub preferred_channel: Option<ChannelKey>,
    /// Whether values are hidden: always, for those who may not see them.
    pub masked: bool,
}

/// Asks for earlier complaints; any of these.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EarlierAsked {
    /// The caller's number.
    pub phone: Option<String>,
    /// The sender's address.
    pub email: Option<String>,
    /// The order.
    pub order_number: Option<String>,
}

/// Asks for what belongs to a complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextAsked {
    /// Which.
    pub complaint: ComplaintId,
}

/// What the customer told. All absent once the complainant was forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// What happened.
    pub narrative: Option<String>,
    /// What the customer thinks of it.
    pub opinion: Option<String>,
    /// What the customer wants.
    pub demand: Option<String>,
    /// What was done on the spot.
    pub settlement: Option<String>,
    /// The order it is about.
    pub order_number: Option<String>,
    /// What was restated and added since, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clarified: Vec<Clarified>,
}

/// One talk in which the claim was restated or something was supplied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clarified {
    /// When.
    pub at: Timestamp,
    /// The claim in our words.
    pub restated: Option<String>,
    /// Whether the customer confirmed it.
    pub confirmed: bool,
    /// What the customer added.
    pub said: Option<String>,
    /// Which fields were supplied.
    pub supplied: Vec<String>,
}

/// Asks for complaints, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecentAsked {
    /// Where the last page ended.
    pub after: Option<String>,
    /// How many; 50 when absent, at most 200.
    pub limit: Option<u32>,
}

/// A page of complaints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recent {
    /// The complaints.
    pub complaints: Vec<Listed>,
    /// Where the next page begins; absent at the end.
    pub next: Option<String>,
}

/// A file of a complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileListed {
    /// The file.
    pub file: FileId,
    /// Its name, as given.
    pub name: String,
    /// Its sniffed type.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// How many chunks it has.
    pub chunks: u32,
    /// When its upload was begun.
    pub added_at: Timestamp,
}

/// Asks for one chunk of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileChunkAsked {
    /// The file.
    pub file: FileId,
    /// The chunk, from 0.
    pub index: u32,
}

/// One chunk of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileChunkFound {
    /// The file.
    #[serde(flatten)]
    pub file: FileListed,
    /// The complaint it belongs to.
    pub complaint: ComplaintId,
    /// The bytes in base64.
    pub content: String,
}

/// A channel, and who answers for it. Where playbooks differ in what they say of it, it is listed once for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelListed {
    /// Its key.
    pub channel: ChannelKey,
    /// What people read.
    pub label: Text,
    /// The playbooks that list it and say this of it.
    pub playbooks: Vec<PlaybookId>,
    /// The role that takes complaints in by it.
    pub role: Option<Text>,
    /// The department where that role is.
    pub department: Option<Text>,
    /// The people who hold the role there, where the playbook publishes who is answerable.
    pub people: Vec<String>,
    /// Only mail whose subject holds one of these is a complaint; none: all mail is.
    #[serde(default)]
    pub subject_has: Vec<String>,
    /// What a caller may choose before anybody answers.
    #[serde(default)]
    pub menu: Vec<MenuOptionListed>,
    /// The gates that everything must pass that comes by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guided: Option<GuidedListed>,
}

/// What a caller may choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MenuOptionListed {
    /// What is pressed: the `menu_option` of a registration.
    pub key: String,
    /// What is said.
    pub label: Text,
    /// The nature of the matter that it opens.
    pub kind: String,
}
