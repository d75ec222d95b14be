//! `round.opened`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, ProposalId, RoleKey, RoundId, VisitId, WorkId};
use crate::money::Fen;

/// An approval round over one version of a proposal, its steps frozen. Said by approval.
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
    /// The cumulated amount that the matrix was read with.
    pub cumulated: Fen,
    /// The steps, in order.
    pub steps: Vec<RoundStep>,
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
