//! What approval takes: decisions and reviews.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{RoundId, VisitId};
use crate::messages::decision_recorded::Decided;
use crate::messages::review_recorded::Verdict;

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
    /// Why; required to refuse; at most 2,000 characters.
    #[serde(default)]
    pub reason: Option<String>,
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

super::verbs! { Approval:
    Decide = "decide",
    Review = "review",
}
