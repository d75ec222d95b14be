//! `accountability.decided`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{DepartmentId, PersonId, RoundId, VisitId};
use crate::money::Fen;
use crate::words::WordRef;

/// What somebody is held to account for, or that nobody is; unalterable. A record, never a
/// payment. Said by approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountabilityDecided {
    /// The visit.
    pub visit: VisitId,
    /// The round.
    pub round: RoundId,
    /// The rewards and penalties; none when the matter was dropped.
    pub decisions: Vec<Accounted>,
    /// Why.
    pub reason: WordRef,
    /// Who really decided.
    pub by: Actor,
    /// Whom they stood in for, when they did.
    pub instead_of: Option<PersonId>,
}

/// One reward or penalty that was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accounted {
    /// The incentive of the playbook.
    pub incentive: String,
    /// What form it takes.
    pub form: String,
    /// Whom it concerns, in the playbook's words: person, department_head, step_owner or team.
    pub subject: String,
    /// The person; none of a team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The department: that of the person, where it is known, or the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentId>,
    /// How much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Fen>,
    /// Which share of wages or bonus, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// How many points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
}
