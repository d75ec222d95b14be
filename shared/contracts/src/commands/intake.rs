//! What intake takes: registering, files, erasure.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::ids::{
    CategoryKey, ChannelKey, CommandId, ComplaintId, DepartmentId, FileId, OrganisationId, PersonId,
    PlaybookId, VisitId,
};
use crate::messages::complaint_registered::{ExternalRef, PlaybookRef};
use crate::messages::proposal_made::Remedy;
use crate::money::Fen;
use crate::words::Language;
/// Puts a complaint on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterComplaint {
    /// The channel it came by; one the playbook lists.
    pub channel: ChannelKey,
    /// The nature of the matter; `complaint` when absent.
    #[serde(default)]
    pub kind: Option<String>,
    /// Who complains; `consumer` when absent.
    #[serde(default)]
    pub customer_type: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub category: Option<CategoryKey>,
    /// The complained-of department.
    #[serde(default)]
    pub complained_of: Option<DepartmentId>,
    /// The complained-of person.
    #[serde(default)]
    pub complained_of_person: Option<PersonId>,
    /// The unit where it happened.
    #[serde(default)]
    pub unit: Option<DepartmentId>,
    /// The language to speak to the customer in.
    #[serde(default)]
    pub language: Language,
    /// Who complains and how to reach them.
    #[serde(default)]
    pub complainant: Complainant,
    /// What the customer tells; at most 20,000 characters. Only with a `menu_option` it may be left out.
    #[serde(default)]
    pub narrative: String,
    /// The subject line, where it came as mail: it stands before the narrative, and tells whether the playbook takes the
    /// mail for a complaint; at most 998 characters.
    #[serde(default)]
    pub subject: Option<String>,
    /// What the caller chose in the menu of the hotline: it says the kind, and stands for the narrative until somebody
    /// has asked further.
    #[serde(default)]
    pub menu_option: Option<String>,
    /// How the gates of a guided form were passed; asked for where the channel has one.
    #[serde(default)]
    pub guided: Option<Guided>,
    /// What the customer thinks of it, as said; at most 4,000 characters.
    #[serde(default)]
    pub opinion: Option<String>,
    /// What the customer wants; at most 2,000 characters.
    #[serde(default)]
    pub demand: Option<String>,
    /// The amount at stake, in fen.
    #[serde(default)]
    pub amount: Option<Fen>,
    /// The order it is about.
    #[serde(default)]
    pub order_number: Option<String>,
    /// A reference of the matter, for finding repeats.
    #[serde(default)]
    pub matter: Option<String>,
    /// When the customer told somebody; now when absent.
    #[serde(default)]
    pub received_at: Option<Timestamp>,
    /// The feeder's own reference; registering it again gives the first answer.
    #[serde(default)]
    pub external: Option<ExternalRef>,
    /// Files uploaded before.
    #[serde(default)]
    pub files: Vec<FileId>,
    /// Further declared facts, such as `injury` or fields of the playbook's form.
    #[serde(default)]
    pub facts: Facts,
    /// The playbook to follow; the active one for its scope when absent.
    #[serde(default)]
    pub playbook: Option<PlaybookId>,
    /// How it was settled on the spot, if it was.
    #[serde(default)]
    pub settlement: Option<Settlement>,
}

/// How the gates of a guided form were passed, in their order: the notice, the province, the company, its confirmation. A
/// gate counts only when those before it were passed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Guided {
    /// The version of the notice that was read and agreed to.
    pub notice: Option<u32>,
    /// When it was agreed to; now when absent.
    pub agreed_at: Option<Timestamp>,
    /// The province.
    pub province: Option<String>,
    /// The company complained of.
    pub company: Option<String>,
    /// Whether the name of the company was looked at and confirmed.
    pub confirmed: bool,
    /// When it was confirmed; now when absent.
    pub confirmed_at: Option<Timestamp>,
}

/// Begins an upload; the subject is the complaint it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginFile {
    /// The file, chosen by the sender.
    pub file: FileId,
    /// Its name; at most 200 characters.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
}

/// One chunk of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileChunk {
    /// The file.
    pub file: FileId,
    /// The chunk, from 0.
    pub index: u32,
    /// The bytes in base64; at most 256 KiB before encoding.
    pub content: String,
}

/// Ends an upload: size, checksum and type are verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishFile {
    /// The file.
    pub file: FileId,
}

/// Records facts about a complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordFacts {
    /// The facts.
    #[serde(default)]
    pub facts: Facts,
}

/// Restates the claim, and takes down what was missing. By staff at their work, or by the customer with their code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clarify {
    /// The visit.
    pub visit: VisitId,
    /// Its epoch.
    pub epoch: u32,
    /// Whether the customer was reached.
    #[serde(default = "yes")]
    pub reached: bool,
    /// Whether nobody will try again: the stage ends as `unreachable`.
    #[serde(default)]
    pub give_up: bool,
    /// The claim in our words; at most 5,000 characters.
    #[serde(default)]
    pub restated: Option<String>,
    /// Whether the customer confirms the claim as it was restated: the stage ends as `clarified`.
    #[serde(default)]
    pub confirmed_by_customer: bool,
    /// Whether the customer is who they say they are; absent when nobody looked.
    #[serde(default)]
    pub identity_verified: Option<bool>,
    /// What the customer adds; at most 20,000 characters.
    #[serde(default)]
    pub said: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub category: Option<CategoryKey>,
    /// The complained-of department.
    #[serde(default)]
    pub complained_of: Option<DepartmentId>,
    /// The amount at stake, in fen.
    #[serde(default)]
    pub amount: Option<Fen>,
    /// The order it is about.
    #[serde(default)]
    pub order_number: Option<String>,
    /// How to reach the customer: what is given replaces what was known. Taken down by staff alone.
    #[serde(default)]
    pub complainant: Complainant,
    /// Files uploaded before, such as the evidence that was asked for.
    #[serde(default)]
    pub files: Vec<FileId>,
    /// Further declared facts, such as fields of the playbook's form.
    #[serde(default)]
    pub facts: Facts,
}

const fn yes() -> bool {
    true
}

/// Forgets a complainant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasePerson {
    /// Why; at most 500 characters.
    pub reason: String,
}

/// Who complains and how to reach them. Kept by intake alone, encrypted field by field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Complainant {
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
}

/// A settlement on the spot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// What was done; at most 2,000 characters.
    pub account: String,
    /// The remedies given.
    pub remedies: Vec<Remedy>,
}

/// The receipt: what registering answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// The code with which the customer asks for progress.
    pub tracking_code: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// The playbook it follows.
    pub playbook: PlaybookRef,
    /// The complaint it repeats, if any.
    pub repeats: Option<ComplaintId>,
    /// What the front desk should know, such as a channel that the playbook does not list.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// What a feeder publishes to `redress.submit.<channel>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// Whose complaint it becomes.
    pub organisation: OrganisationId,
    /// The idempotency key: resent until the receipt comes.
    pub key: CommandId,
    /// A [`RegisterComplaint`]; the channel of the subject holds where it names none.
    pub complaint: serde_json::Value,
}

/// What is told on the feeder's receipt subject, after the commit or the refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubmissionAnswer {
    /// The key, when the submission could be read so far.
    pub key: Option<CommandId>,
    /// The answer: a [`Receipt`], or the problem.
    pub answer: super::Answer,
}

/// The complaint that registering under `key` makes: the same key, the same complaint.
#[must_use]
pub fn complaint_for(organisation: &OrganisationId, key: &CommandId) -> ComplaintId {
    ComplaintId::derived(key.root(organisation), "complaint")
}

super::verbs! { Intake:
    RegisterComplaint = "complaint.register",
    BeginFile = "file.begin",
    FileChunk = "file.chunk",
    FinishFile = "file.finish",
    RecordFacts = "fact.record",
    Clarify = "clarify",
    ErasePerson = "person.erase",
}
