//! `notice.settled`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::NoticeId;

/// A message was delivered, listed for collection, or given up. Said by notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeSettled {
    /// The message.
    pub notice: NoticeId,
    /// How it ended.
    pub outcome: NoticeOutcome,
    /// How many attempts were made.
    pub attempts: u32,
}

/// How a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeOutcome {
    /// The next system took it.
    Delivered,
    /// No channel is configured: it lies in the outbox that can be listed.
    Listed,
    /// Every attempt failed.
    Failed,
}
