//! What notification is asked, by staff: its view of a case, what was sent, the templates it is sent by, and what
//! customers answer.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{
    ChannelKey, ComplaintId, DepartmentId, OutcomeKey, PersonId, StageKey, TemplateKey, VisitId,
};
use crate::messages::complaint_registered::PlaybookRef;
use crate::words::{Language, Text};

/// Stands for the tracking code in what notification keeps of a message, until it is handed to its channel.
///
/// The code is the customer's secret: it is never in an event nor in notification's tables. The sender asks intake for it
/// together with the address and puts it in; whoever shows the text to staff says that it is there.
pub const TRACKING_CODE: &str = "[[tracking_code]]";

/// Its view of a case: `{complaint}` → JSON.
pub const CASE: &str = "case";
/// Messages, page by page.
pub const OUTBOX: &str = "outbox";
/// A playbook's templates and their faults.
pub const TEMPLATES: &str = "templates";
/// A playbook's messages as they would be read: [`MessagesAsked`] → `Vec<MessageShown>`.
pub const MESSAGES: &str = "messages";
/// Words to avoid in a text about a case, or one that will follow a playbook: `{complaint, text}` or `{playbook, text}` →
/// warnings with their places.
pub const WORDING: &str = "wording";
/// What customers answered to the question whether they are satisfied, the newest first: [`SatisfactionAsked`] →
/// [`SatisfactionPage`].
pub const SATISFACTION: &str = "satisfaction";
/// Every query of notification's own.
pub const NAMES: &[&str] = &[CASE, OUTBOX, TEMPLATES, MESSAGES, WORDING, SATISFACTION];

/// Asks for what customers answered; everything given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SatisfactionAsked {
    /// Of this department: which asked them, or whose matter it was.
    pub department: Option<DepartmentId>,
    /// True: only those who are satisfied; false: only the others.
    pub positive: Option<bool>,
    /// Going on from here.
    pub after: Option<String>,
    /// At most so many; 1 to 200, 50 when absent.
    pub limit: Option<u32>,
}

/// A page of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SatisfactionPage {
    /// The answers, the newest first.
    pub items: Vec<SatisfactionGiven>,
    /// Where the next page starts; absent when this was the last.
    pub next: Option<String>,
}

/// An answer of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SatisfactionGiven {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Its number.
    pub number: String,
    /// The playbook that it follows, whose scale it is.
    pub playbook: PlaybookRef,
    /// The visit.
    pub visit: VisitId,
    /// Which callback of the visit, from 1.
    pub attempt: u32,
    /// The stage.
    pub stage: StageKey,
    /// When.
    pub at: Timestamp,
    /// The answer, by its key.
    pub answer: String,
    /// Whether it is one of the positive ones.
    pub positive: bool,
    /// How the stage ended with it; absent while callbacks go on.
    pub outcome: Option<OutcomeKey>,
    /// By which channel, where that was said.
    pub channel: Option<ChannelKey>,
    /// Who asked; absent where the customer answered by their link.
    pub by: Option<PersonId>,
    /// The department that asked.
    pub department: DepartmentId,
    /// What they said besides.
    pub opinion: Option<String>,
    /// Whether what they said is kept from the reader, who is a party to the matter.
    #[serde(default)]
    pub withheld: bool,
}

/// Asks how the messages of a playbook read, of a published version or of one that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MessagesAsked {
    /// The published version.
    pub playbook: Option<PlaybookRef>,
    /// What is being written.
    pub written: Option<MessagesWritten>,
}

/// What a playbook says to customers and staff, as it writes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MessagesWritten {
    /// Its templates, by key.
    pub templates: serde_json::Value,
    /// Its scripts, by key.
    pub scripts: serde_json::Value,
}

/// A message, as it is written and as it would be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageShown {
    /// The template.
    pub template: TemplateKey,
    /// Whether the playbook has it; else it is the one that every organisation has.
    pub own: bool,
    /// The subject line as it is written, where there is one.
    pub subject: Option<Text>,
    /// The message as it is written.
    pub body: Text,
    /// The places that are filled in, such as `number` or `facts.category`.
    pub names: Vec<String>,
    /// With an example case, in each language.
    pub rendered: Vec<MessageRendered>,
}

/// A message in one language, with an example case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageRendered {
    /// Which language.
    pub language: Language,
    /// The subject line, where there is one.
    pub subject: Option<String>,
    /// The text; none where it cannot be rendered.
    pub body: Option<String>,
    /// Why it cannot, with its line.
    pub fault: Option<String>,
}
