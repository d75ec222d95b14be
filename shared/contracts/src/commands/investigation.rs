//! What investigation takes: verification, findings, proposals, execution.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, VisitId};
use crate::messages::proposal_made::Remedy;
/// Says whether the complaint stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// Whether it stands.
    pub substantiated: bool,
    /// What was found, and why; at most 5,000 characters.
    pub finding: String,
}

/// Adds a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddFinding {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The finding; at most 5,000 characters.
    pub finding: String,
    /// Where it comes from: `statement`, `video`, `sales_record`, `order`, `photo`, `test`, `document`,
    /// `site_visit`, `other`.
    pub source: String,
    /// Ends a visit of kind `investigate`: whether the cause is established. Absent: the visit goes on.
    #[serde(default)]
    pub established: Option<bool>,
}

/// Makes a remedy proposal, or says that no measure is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The remedies; none when no measure is needed.
    #[serde(default)]
    pub remedies: Vec<Remedy>,
    /// The liable party.
    pub liable: String,
    /// The liable person; required when the liable party is `person`.
    #[serde(default)]
    pub liable_person: Option<PersonId>,
    /// Why; at most 5,000 characters.
    pub reason: String,
}

/// Says that the remedy was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Execute {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// What was done; at most 5,000 characters.
    pub account: String,
    /// What was carried out; none: everything that was proposed and is still owed.
    #[serde(default)]
    pub remedies: Vec<Remedy>,
}

super::verbs! { Investigation:
    Verify = "verify",
    AddFinding = "finding.add",
    Propose = "propose",
    Execute = "execute",
}
