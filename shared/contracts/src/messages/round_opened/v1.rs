//! `round.opened`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, PersonId, ProposalId, RoleKey, RoundId, VisitId, WorkId};
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
    /// The cumulated amount that the matrix was read with; of a round that decides nothing, the amount itself.
    pub cumulated: Fen,
    /// The steps, in order.
    pub steps: Vec<RoundStep>,
    /// What its people are asked for.
    #[serde(default, skip_serializing_if = "Purpose::is_decision")]
    pub purpose: Purpose,
    /// The rewards and penalties that the playbook proposes; of a round about accountability alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incentives: Vec<ProposedIncentive>,
}

/// A reward or penalty that the playbook proposes, frozen with the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedIncentive {
    /// The incentive of the playbook.
    pub incentive: String,
    /// What form it takes.
    pub form: String,
    /// Whom it concerns, in the playbook's words: person, department_head, step_owner or team.
    pub subject: String,
    /// The person whom the case names; nobody where it names none, or of a team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The department: that of the person, where it is known, or the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentId>,
    /// The least amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_from: Option<Fen>,
    /// The greatest amount, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_to: Option<Fen>,
    /// The greatest share of wages or bonus, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// The most points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
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
    /// To audit the whole handled case: that allows nothing.
    Audit,
    /// To agree on an opinion in a meeting and sign it: that allows nothing.
    Meet,
    /// To hold people to account: records, never payments.
    Account,
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
