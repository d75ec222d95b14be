//! `contact.recorded`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{ChannelKey, VisitId};
use crate::words::WordRef;

/// The customer was contacted, or could not be reached. Said by notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactRecorded {
    /// The visit.
    pub visit: VisitId,
    /// Whether the customer was reached.
    pub reached: bool,
    /// By which channel.
    pub channel: ChannelKey,
    /// What was said.
    pub note: Option<WordRef>,
    /// What they were told of what the playbook says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
    /// Who contacted them.
    pub by: Actor,
}
