//! `reply.told`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{ChannelKey, FileId, VisitId};
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
    /// What was attached as proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Who said it.
    pub by: Actor,
}

/// A file that goes with a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// What it proves: one of the playbook's kinds of evidence, such as `test_report`.
    pub evidence: String,
    /// The file, which intake keeps.
    pub file: FileId,
}
