//! `round.closed`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{RoundId, VisitId};

/// A round ended. Said by approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoundClosed {
    /// The visit.
    pub visit: VisitId,
    /// The round.
    pub round: RoundId,
    /// Whether the proposal is approved.
    pub approved: bool,
}
