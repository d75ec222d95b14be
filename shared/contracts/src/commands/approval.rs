//! What approval takes: decisions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{RoundId, VisitId};
use crate::messages::decision_recorded::Decided;
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

super::verbs! { Approval:
    Decide = "decide",
}
