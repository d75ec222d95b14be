//! `ruling.given`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, WorkId};
use crate::messages::work_assigned::Because;

/// A question about the case was decided, once. What follows from it is said by the events after it. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulingGiven {
    /// Which.
    pub ruling: WorkId,
    /// What was decided.
    pub answer: RulingAnswer,
    /// Who decided, and why in their words.
    pub because: Option<Because>,
    /// Whether before it was due.
    pub in_time: bool,
}

/// What a ruling comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "rules")]
pub enum RulingAnswer {
    /// The department that disputed it is the one.
    Stays {
        /// Which.
        department: DepartmentId,
    },
    /// Another department is the one; the visit goes there.
    Moves {
        /// Which.
        department: DepartmentId,
    },
    /// There is more time, perhaps less than was asked for.
    Granted {
        /// Until when.
        until: Timestamp,
    },
    /// There is no more time.
    Refused,
    /// What the words say.
    Said {
        /// The level that the case was raised to, if it was.
        level: Option<u32>,
    },
}
