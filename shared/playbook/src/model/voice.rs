//! Every word to the customer: who says it, when, and what the customer may answer.

use calendar::Limit;
use contracts::{ChannelKey, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Who;
use crate::words::{Cel, Key, words};

/// Who answers the customer, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyPolicy {
    /// The one voice.
    pub replier: Who,
    /// The channel tried first; without one, the channel of the complaint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_channel: Option<ChannelKey>,
    /// When a formal letter is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formal_letter_if: Option<Cel>,
    /// What must be attached as proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_attachments: Vec<Key>,
    /// Who is told as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<Who>,
}

/// How the customer is kept informed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPolicy {
    /// The first contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_contact: Option<Limit>,
    /// Then so often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_every: Option<Limit>,
    /// What the customer is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tell: Vec<Tell>,
}

words! {
    /// What a customer is told at first contact.
    Tell {
        /// Who has taken the complaint.
        AcceptorName = "acceptor_name",
        /// How to reach that person.
        AcceptorContact = "acceptor_contact",
        /// What happens next.
        Flow = "flow",
        /// How long each step takes.
        TimePerStep = "time_per_step",
        /// The number of the complaint.
        Number = "number",
    }
}

/// How the customer is called back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackPolicy {
    /// Who calls; never somebody who handled the case.
    pub by: Who,
    /// How soon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Limit>,
    /// At least so many calls; the callbacks end when the number is reached and the last answer is positive.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub min: u32,
    /// At most so many calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max: Option<u32>,
    /// Only when this holds; otherwise the stage ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Cel>,
    /// What it waits for while something is still open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_while_open: Option<Cel>,
    /// What the caller should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
    /// By which channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelKey>,
}

const fn one() -> u32 {
    1
}

/// The answers that a customer may give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Satisfaction {
    /// The answers, in order.
    pub scale: Vec<Answer>,
    /// The best of them.
    pub best: Key,
}

/// One answer of the scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The key.
    pub key: Key,
    /// What people read.
    pub label: Text,
    /// Whether the case may be closed with it.
    pub positive: bool,
}

/// What must be true before a case is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosureRule {
    /// All of these.
    pub requires: Vec<ClosureNeed>,
}

words! {
    /// A condition of closing.
    ClosureNeed {
        /// The customer's last answer is positive.
        Satisfied = "satisfied",
        /// The handling was audited.
        Audited = "audited",
        /// The file is complete.
        Archived = "archived",
    }
}

/// A message. What may stand between the braces is decided by notification, which also checks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The subject line, for channels that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Text>,
    /// The message.
    pub body: Text,
}

/// What to say and what to avoid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What people read.
    pub label: Text,
    /// Say this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub say: Vec<Text>,
    /// Do not say this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoid: Vec<Text>,
}

/// What a receiver goes through with the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// What people read.
    pub label: Text,
    /// The points.
    pub items: Vec<Text>,
}
