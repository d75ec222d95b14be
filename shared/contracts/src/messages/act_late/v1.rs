//! `act.late`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::VisitId;

/// An act came after its visit was left or reassigned: recorded, nothing moved. Said by the service that got it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActLate {
    /// The visit it named.
    pub visit: VisitId,
    /// The epoch it named.
    pub epoch: u32,
    /// What it was, such as `stage.completed`.
    pub act: String,
    /// Whose it was.
    pub by: Actor,
}
