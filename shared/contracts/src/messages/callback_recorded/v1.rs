//! `callback.recorded`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{ChannelKey, VisitId};
use crate::words::WordRef;

/// A callback was made. Said by notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallbackRecorded {
    /// The visit.
    pub visit: VisitId,
    /// Which callback of the visit, from 1.
    pub attempt: u32,
    /// Whether the customer was reached.
    pub reached: bool,
    /// By which channel, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelKey>,
    /// The customer's answer on the playbook's scale.
    pub satisfaction: Option<String>,
    /// What they said.
    pub opinion: Option<WordRef>,
    /// Who called: never the handler (one voice, R-200).
    pub by: Actor,
}
