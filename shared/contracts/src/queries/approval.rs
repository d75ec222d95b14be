//! What approval is asked, by staff and services. Reasons are opened, but not for a party to the matter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ComplaintId, RoundId};

/// Everything known of a complaint: the proposal, open and ended rounds with every decision, and `words`, the opened
/// reasons by id: [`CaseAsked`] → JSON.
pub const CASE: &str = "case";
/// One round, open or ended: [`RoundAsked`] → JSON.
pub const ROUND: &str = "round";
/// Every query of approval's own.
pub const NAMES: &[&str] = &[CASE, ROUND];

/// Asks about a complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseAsked {
    /// Which.
    pub complaint: ComplaintId,
}

/// Asks about a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundAsked {
    /// Of which complaint.
    pub complaint: ComplaintId,
    /// Which.
    pub round: RoundId,
}
