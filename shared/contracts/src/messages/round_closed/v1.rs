//! `round.closed`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{RoundId, VisitId};
use crate::messages::decision_recorded::Amended;

/// A round ended. Said by approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoundClosed {
    /// The visit.
    pub visit: VisitId,
    /// The round.
    pub round: RoundId,
    /// Whether the proposal is approved; only a decision approves it.
    pub approved: bool,
    /// Why it ended without a decision, if it did: then it says nothing about the proposal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided: Option<Voided>,
    /// Of a round that approves nothing and was not voided: whether a review or meeting agreed, an audit was passed,
    /// somebody was held to account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<bool>,
    /// What was approved instead of the proposal, where it is less: by now the newest version of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended: Option<Amended>,
}

/// Why a round ended without a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Voided {
    /// A new version of the proposal was made.
    NewVersion,
    /// Another clock ran out that somebody is to be held to account for.
    NewCause,
    /// The visit was revoked.
    StageWithdrawn,
}
