//! `audit.recorded`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{PersonId, RoundId, VisitId};
use crate::words::WordRef;

/// Somebody audited a whole handled case; unalterable. It approves nothing. Said by approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditRecorded {
    /// The visit.
    pub visit: VisitId,
    /// The round.
    pub round: RoundId,
    /// What came of it.
    pub verdict: AuditVerdict,
    /// The reason, when one was given.
    pub reason: Option<WordRef>,
    /// Who really audited.
    pub by: Actor,
    /// Whom they stood in for, when they did.
    pub instead_of: Option<PersonId>,
}

/// What somebody says who audited a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditVerdict {
    /// It was handled as it should be.
    Passed,
    /// It was not, with a reason; the playbook says where it goes then.
    Failed,
}
