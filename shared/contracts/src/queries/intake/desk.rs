//! What the front desk asks: before a complaint is put on record, and what to tell the customer right after.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Listed, Progress};
use crate::ids::{CategoryKey, ChannelKey, ComplaintId, DepartmentId, PersonId, PlaybookId};
use crate::messages::complaint_registered::PlaybookRef;
use crate::money::Fen;
use crate::words::Text;

/// Asks what holds for a complaint that is about to be put on record; what is not known yet is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskAsked {
    /// The channel it comes by.
    pub channel: ChannelKey,
    /// Who complains; `consumer` when absent.
    #[serde(default)]
    pub customer_type: Option<String>,
    /// The unit where it happened; the asker's own department when absent.
    #[serde(default)]
    pub unit: Option<DepartmentId>,
    /// The playbook to follow; the active one for its scope when absent.
    #[serde(default)]
    pub playbook: Option<PlaybookId>,
    /// What it is about.
    #[serde(default)]
    pub category: Option<CategoryKey>,
    /// The caller's number.
    #[serde(default)]
    pub phone: Option<String>,
    /// The sender's address.
    #[serde(default)]
    pub email: Option<String>,
    /// The order.
    #[serde(default)]
    pub order_number: Option<String>,
}

/// What holds for a complaint that is about to be put on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Desk {
    /// The playbook that it would follow.
    pub playbook: PlaybookRef,
    /// The places of what must be given, as JSON pointers into the registration; `/complainant` is any one way to reach
    /// the customer.
    pub required: Vec<String>,
    /// What the asker may settle at once; absent where they may not.
    pub settle: Option<SpotAuthority>,
    /// Earlier complaints of the caller or about the order, newest first.
    pub earlier: Vec<Earlier>,
    /// Whether there are more than these.
    pub more: bool,
    /// The complaint that this one would repeat, as the playbook has it.
    pub repeats: Option<ComplaintId>,
}

/// What somebody may settle at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpotAuthority {
    /// Up to and including this sum, with what the customer and the order were given lately.
    pub max_amount: Fen,
}

/// An earlier complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Earlier {
    /// What every list has.
    #[serde(flatten)]
    pub listed: Listed,
    /// How far it has come; absent when it was only registered.
    pub progress: Option<Progress>,
    /// Whether it may be the very same: about the same matter or order, and not closed.
    pub alike: bool,
}

/// What whoever took a complaint in tells the customer at once: who took it, how it goes on, how long it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToTell {
    /// The number.
    pub number: String,
    /// Who took it in; nobody where a customer or a feeding system did.
    pub acceptor: Option<PersonId>,
    /// Whether it was settled on the spot.
    pub settled: bool,
    /// The steps to come, as people read them.
    pub flow: Vec<Text>,
    /// How long steps take, where the playbook says.
    pub times: Vec<StepTold>,
}

/// How long a step takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepTold {
    /// The step.
    pub step: Text,
    /// Its limit, as people read it.
    pub limit: Text,
}
