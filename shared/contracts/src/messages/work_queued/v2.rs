//! `work.queued`, version 2: the cause is a key, and words stay where they were said.
//!
//! Version 1 carried what the person who gave the work back said, as a text in the event, where nobody could shred it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::v1;
use crate::ids::{DepartmentId, RoleKey, VisitId, WorkId};
use crate::messages::work_assigned::Because;

/// Nobody holds the work: it waits, visibly, in the queue of its department until somebody takes it. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkQueued {
    /// The work.
    pub work: WorkId,
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit.
    pub epoch: u32,
    /// In whose queue it waits.
    pub department: DepartmentId,
    /// The role that may take it.
    pub role: RoleKey,
    /// Why nobody holds it.
    pub cause: QueueCause,
    /// Who gave it back and why; absent where nobody did.
    pub because: Option<Because>,
    /// The skills that are asked for, where somebody would be there who has none of them or not all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub lacks: BTreeSet<String>,
}

/// Why nobody holds a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueCause {
    /// Nobody present and unbarred could be found; looked for again whenever somebody returns.
    NobodyAvailable,
    /// Its holder gave it back; it waits for a person to take it.
    HandedBack,
}

impl QueueCause {
    /// The key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NobodyAvailable => NOBODY_AVAILABLE,
            Self::HandedBack => "handed_back",
        }
    }
}

const NOBODY_AVAILABLE: &str = "nobody_available";

/// What version 1 said in words is not carried on: it had no author, and no key to forget it by.
impl From<v1::WorkQueued> for WorkQueued {
    fn from(said: v1::WorkQueued) -> Self {
        let v1::WorkQueued { work, visit, epoch, department, role, reason } = said;
        let cause =
            if reason == NOBODY_AVAILABLE { QueueCause::NobodyAvailable } else { QueueCause::HandedBack };
        Self { work, visit, epoch, department, role, cause, because: None, lacks: BTreeSet::new() }
    }
}
