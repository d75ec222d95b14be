//! What investigation is asked, by staff and services. Texts are opened, but not for a party to the matter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ComplaintId, VisitId};

/// Everything known of a complaint: visits, verdicts, findings, versions of the proposal, what was carried out, and
/// `words`, the opened texts by id: [`CaseAsked`] → JSON.
pub const CASE: &str = "case";
/// One visit, and what may be done at it: [`VisitAsked`] → JSON.
pub const VISIT: &str = "visit";
/// Every query of investigation's own.
pub const NAMES: &[&str] = &[CASE, VISIT];

/// Asks about a complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseAsked {
    /// Which.
    pub complaint: ComplaintId,
}

/// Asks about a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitAsked {
    /// Of which complaint.
    pub complaint: ComplaintId,
    /// Which.
    pub visit: VisitId,
}
