//! `review.recorded`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{PersonId, RoundId, VisitId};
use crate::words::WordRef;

/// Somebody examined a proposal before it is decided on; unalterable. It approves nothing. Said by
/// approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewRecorded {
    /// The visit.
    pub visit: VisitId,
    /// The round, which is over one version of the proposal.
    pub round: RoundId,
    /// What came of it.
    pub verdict: Verdict,
    /// The reason, when one was given.
    pub reason: Option<WordRef>,
    /// Who really examined it.
    pub by: Actor,
    /// Whom they stood in for, when they did.
    pub instead_of: Option<PersonId>,
}

/// What somebody says who examined a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing stands against it.
    Agree,
    /// Something does, with a reason; the playbook says where it goes then.
    Object,
}
