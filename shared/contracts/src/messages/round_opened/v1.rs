//! `round.opened`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, ProposalId, RoleKey, RoundId, VisitId, WorkId};
use crate::money::Fen;

/// A round over one version of a proposal, its steps frozen. Said by approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoundOpened {
    /// The visit.
    pub visit: VisitId,
    /// The round.
    pub round: RoundId,
    /// The proposal, when there is one.
    pub proposal: Option<ProposalId>,
    /// Its version.
    pub version: u32,
    /// What is decided on.
    pub total: Fen,
    /// The cumulated amount that the matrix was read with; of a review, which reads none, the amount itself.
    pub cumulated: Fen,
    /// The steps, in order.
    pub steps: Vec<RoundStep>,
    /// What its people are asked for.
    #[serde(default, skip_serializing_if = "Purpose::is_decision")]
    pub purpose: Purpose,
}

/// What the people of a round are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To decide on the proposal: their approval allows what it says.
    #[default]
    Decide,
    /// To examine it before somebody else decides: that allows nothing.
    Review,
}

impl Purpose {
    /// Whether the round may approve anything.
    #[must_use]
    pub const fn is_decision(&self) -> bool {
        matches!(self, Self::Decide)
    }
}

/// One step of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoundStep {
    /// The role that decides.
    pub role: RoleKey,
    /// The department where the role is looked for.
    pub department: DepartmentId,
    /// How many must approve.
    pub needed: u32,
    /// The pieces of work, one a seat.
    pub seats: Vec<WorkId>,
}
