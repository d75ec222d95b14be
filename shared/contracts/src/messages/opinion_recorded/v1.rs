//! `opinion.recorded`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{PersonId, RoundId, VisitId};
use crate::words::WordRef;

/// A meeting was held, and whoever convened it wrote down its opinion, which the participants then sign. With
/// it the convener has signed; a later text needs another round. Said by approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpinionRecorded {
    /// The visit.
    pub visit: VisitId,
    /// The round.
    pub round: RoundId,
    /// The opinion.
    pub opinion: WordRef,
    /// Who really wrote it down.
    pub by: Actor,
    /// Whom they stood in for, when they did.
    pub instead_of: Option<PersonId>,
}
