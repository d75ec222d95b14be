//! Every word to the customer: who says it, when, and what the customer may answer.

use contracts::{CategoryKey, ChannelKey, Text};
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
    /// Which kinds of evidence go with every reply: no reply is told without a file for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_attachments: Vec<super::Labelled>,
}

/// What the customer hears besides the result. When they are contacted is said by clocks and sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPolicy {
    /// What the customer is told when a contact stage reaches them.
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
    /// At least so many calls; the callbacks end when the number is reached and the last answer is positive.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub min: u32,
    /// At most so many calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max: Option<u32>,
    /// Other numbers for some categories and those below them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_category: Vec<CallsFor>,
    /// Only when this holds; otherwise the stage ends by itself, as `not_called`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Cel>,
    /// While this holds something is still being dealt with, and the stage is not entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_while_open: Option<Cel>,
    /// What every caller should know; what is special about one case is noted on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
    /// By which channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelKey>,
}

/// How many calls a category asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallsFor {
    /// The category; the narrowest one that is named counts.
    pub category: CategoryKey,
    /// At least so many.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub min: u32,
    /// At most so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max: Option<u32>,
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
        /// The customer's last answer at a callback is positive.
        Satisfied = "satisfied",
        /// The handling passed an audit.
        Audited = "audited",
        /// It was filed; true of every case, since it ends with its archive.
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

/// What to say and what to avoid. The script `closing_question` says how a talk about the result ends
///
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
    pub avoid: Vec<Avoid>,
    /// A reply is to be personal (P28): a text that is nothing but a standard phrase of the playbook is warned of.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personalise: bool,
}

/// The script with which a talk about the result ends.
pub const CLOSING_QUESTION: &str = "closing_question";

/// Words that are not said to a customer. They are warned of, never refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Avoid {
    /// The words, in each language.
    pub words: Text,
    /// What is better said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<Text>,
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
