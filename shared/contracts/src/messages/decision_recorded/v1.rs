//! `decision.recorded`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{PersonId, RoundId, VisitId};
use crate::messages::proposal_made::Remedy;
use crate::money::Fen;
use crate::words::WordRef;

/// Somebody decided at a step of a round; unalterable. Said by approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionRecorded {
    /// The visit.
    pub visit: VisitId,
    /// The round.
    pub round: RoundId,
    /// The step, from 0.
    pub step: u32,
    /// What was decided.
    pub decision: Decided,
    /// The reason, when one was given.
    pub reason: Option<WordRef>,
    /// Who really decided.
    pub by: Actor,
    /// Whom they stood in for, when they did.
    pub instead_of: Option<PersonId>,
    /// What was approved instead, where it is less than what was proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended: Option<Amended>,
}

/// A proposal as whoever decides gives it: for less, as its next version. The version before stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Amended {
    /// The version that it is.
    pub version: u32,
    /// The same remedies, each with its amount or less.
    pub remedies: Vec<Remedy>,
    /// Their sum.
    pub total: Fen,
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// Yes.
    Approve,
    /// No, with a reason; back to the department.
    Refuse,
}
