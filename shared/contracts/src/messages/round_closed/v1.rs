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
    /// Whether the proposal is approved; a review never approves it.
    pub approved: bool,
    /// Why it ended without a decision, if it did: then it says nothing about the proposal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided: Option<Voided>,
    /// Of a review that was not voided: whether it was agreed to, or somebody objected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<bool>,
}

/// Why a round ended without a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Voided {
    /// A new version of the proposal was made.
    NewVersion,
    /// The visit was revoked.
    StageWithdrawn,
}
