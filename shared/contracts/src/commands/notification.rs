//! What notification takes: contact, replies, answers, callbacks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PointText;
use crate::ids::{ChannelKey, VisitId};
use crate::messages::reply_told::Attachment;

/// Says that the customer was contacted, or could not be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordContact {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// Whether the customer was reached.
    pub reached: bool,
    /// By which channel.
    pub channel: ChannelKey,
    /// What was said; at most 5,000 characters.
    #[serde(default)]
    pub note: Option<String>,
    /// What the customer was told of what the playbook says, such as `acceptor_name`: all of it, at the contact that
    /// reaches them.
    #[serde(default)]
    pub told: Vec<String>,
    /// Nobody will try again: the stage ends as `unreachable`, where it has that outcome.
    #[serde(default)]
    pub give_up: bool,
    /// Whether it is the customer who was reached, by what the playbook asks before anything is told.
    #[serde(default)]
    pub identity_verified: Option<bool>,
}

/// Fills in the sheet that the playbook asks for before the customer is contacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrepareContact {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The points: each that the playbook names.
    pub points: Vec<PointText>,
}

/// Tells the customer the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TellResult {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// By which channel.
    pub channel: ChannelKey,
    /// What is said; from the template when absent; at most 5,000 characters.
    #[serde(default)]
    pub text: Option<String>,
    /// The files of the complaint that go with it: at least one for each kind of evidence that the playbook demands
    ///
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

/// Records the customer's answer to the reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordAnswer {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// Whether they accept.
    pub accepted: bool,
    /// Why; at most 2,000 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Records a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCallback {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// Whether the customer was reached.
    pub reached: bool,
    /// By which channel: one of those that the playbook names, where it names some.
    #[serde(default)]
    pub channel: Option<ChannelKey>,
    /// The answer on the playbook's scale; required when reached.
    #[serde(default)]
    pub satisfaction: Option<String>,
    /// What the customer said; at most 5,000 characters.
    #[serde(default)]
    pub opinion: Option<String>,
    /// Whether it is the customer who was reached, by what the playbook asks before anything is told.
    #[serde(default)]
    pub identity_verified: Option<bool>,
}

/// Notes what whoever calls the customer back has to know of this case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteForCallback {
    /// The note; at most 2,000 characters.
    pub note: String,
}

super::verbs! { Notification:
    PrepareContact = "contact.prepare",
    RecordContact = "contact.record",
    TellResult = "reply",
    RecordAnswer = "answer.record",
    RecordCallback = "callback",
    NoteForCallback = "callback.note",
}
