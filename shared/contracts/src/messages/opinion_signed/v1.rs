//! `opinion.signed`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{PersonId, RoundId, VisitId};
use crate::words::WordRef;

/// A participant of a meeting signed its opinion or refused to; unalterable. It approves nothing. Said by
/// approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpinionSigned {
    /// The visit.
    pub visit: VisitId,
    /// The round.
    pub round: RoundId,
    /// The step of the round that is the participant's, from 0; the convener's is 0.
    pub step: u32,
    /// What was signed, or not; by its checksum it is this text and no other.
    pub opinion: Option<WordRef>,
    /// Whether it was signed.
    pub signature: Signature,
    /// The reason, when one was given.
    pub reason: Option<WordRef>,
    /// Who really signed or refused.
    pub by: Actor,
    /// Whom they stood in for, when they did.
    pub instead_of: Option<PersonId>,
}

/// What a participant of a meeting says to its opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// Signed.
    Agree,
    /// Not signed, with a reason: then nothing is agreed.
    Refuse,
}
