//! `reply.told`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{ChannelKey, VisitId};
use crate::words::WordRef;

/// The customer was told the result. Said by notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplyTold {
    /// The visit.
    pub visit: VisitId,
    /// By which channel.
    pub channel: ChannelKey,
    /// What was said.
    pub text: WordRef,
    /// Who said it.
    pub by: Actor,
}
