//! What approval takes: decisions, reviews, audits, the opinions of meetings, accountability.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, RoundId, VisitId};
use crate::messages::audit_recorded::AuditVerdict;
use crate::messages::decision_recorded::Decided;
use crate::messages::opinion_signed::Signature;
use crate::messages::proposal_made::Remedy;
use crate::messages::review_recorded::Verdict;
use crate::money::Fen;

/// Decides at the current step of the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The round.
    pub round: RoundId,
    /// Yes or no.
    pub decision: Decided,
    /// Why; required to refuse, and to approve for less; at most 2,000 characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// What is approved instead, where it is less: each remedy of the proposal with an amount of at most its own. None
    /// is left out, and none comes to nothing. The proposal stays as it is; this is its next version.
    #[serde(default)]
    pub remedies: Vec<Remedy>,
}

/// Says what came of examining the proposal, before somebody else decides on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The round.
    pub round: RoundId,
    /// Agreed, or objected to.
    pub verdict: Verdict,
    /// Why; required to object; at most 2,000 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Says what came of auditing a whole handled case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The round.
    pub round: RoundId,
    /// Passed, or failed.
    pub verdict: AuditVerdict,
    /// Why; required when it failed; at most 2,000 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Writes down the opinion of a meeting, as its convener, or signs it, as a participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Meet {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The round.
    pub round: RoundId,
    /// The opinion; the convener's to give, and nobody else's; at most 4,000 characters.
    #[serde(default)]
    pub opinion: Option<String>,
    /// Whether the opinion is signed; each participant's to give, and not the convener's.
    #[serde(default)]
    pub signature: Option<Signature>,
    /// Why; required to refuse the signature; at most 2,000 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Decides on the rewards and penalties that the playbook proposes for a visit. Records, never payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The round.
    pub round: RoundId,
    /// What is decided; an empty list drops the matter.
    pub decisions: Vec<AccountOne>,
    /// Why, for all of it; at most 2,000 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// One reward or penalty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountOne {
    /// The incentive: one of those that the round proposes.
    pub incentive: String,
    /// Whom it concerns; the person of the case where none is given.
    #[serde(default)]
    pub person: Option<PersonId>,
    /// How much, in fen, both bounds included; may be left out where only one amount is possible.
    #[serde(default)]
    pub amount: Option<Fen>,
    /// Which share of wages or bonus, in percent, of incentives that are one.
    #[serde(default)]
    pub percent: Option<u8>,
    /// How many points, of incentives in points.
    #[serde(default)]
    pub points: Option<u32>,
}

super::verbs! { Approval:
    Decide = "decide",
    Review = "review",
    Audit = "audit",
    Meet = "meet",
    Account = "account",
}
