//! What investigation takes: verification, findings, proposals, execution, measures and their effect.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, MeasureId, PersonId, RoleKey, VisitId};
use crate::messages::measures_planned::MeasureKind;
use crate::messages::proposal_made::{LiabilityShare, Remedy};

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
    /// What the customer declined of what the playbook has before these remedies, with the reason.
    #[serde(default)]
    pub declined: Vec<DeclineRemedy>,
    /// How much of the fault is whose, where it is of several: a hundred percent in all, the liable party and person
    /// among them.
    #[serde(default)]
    pub shares: Vec<LiabilityShare>,
}

/// A remedy that the customer declined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineRemedy {
    /// Its key in the playbook.
    pub remedy: String,
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

/// Plans what will be done so that it does not happen again: each measure with who answers for it and until when
///
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanMeasures {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The measures: at least one. A milestone is a measure with a due time of its own.
    pub measures: Vec<MeasurePlan>,
}

/// One measure of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasurePlan {
    /// What is to be done; at most 5,000 characters.
    pub measure: String,
    /// What sort of measure it is; `corrective` without a word.
    #[serde(default)]
    pub kind: MeasureKind,
    /// By which method it was found: one of those of the playbook, where it lists some; not of a training.
    #[serde(default)]
    pub method: Option<String>,
    /// The department that answers for it; without one, that of the stage.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// The role that is asked for it there; without one, that of the stage.
    #[serde(default)]
    pub role: Option<RoleKey>,
    /// The person who answers for it; without one, whoever holds the role in that department.
    #[serde(default)]
    pub person: Option<PersonId>,
    /// When it has to be done: the first instant that is late.
    pub due: Timestamp,
}

/// Says that a measure was carried out, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishMeasure {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// The measure.
    pub measure: MeasureId,
    /// What came of it; at most 5,000 characters.
    pub result: String,
    /// Who attended; required of a training, and not of other measures.
    #[serde(default)]
    pub attended: Vec<PersonId>,
}

/// Says whether the measures worked, once all of them were carried out; ends the visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEffect {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// The epoch of the visit, as the actor holds it.
    pub epoch: u32,
    /// Whether they did.
    pub effective: bool,
    /// How that was seen; at most 5,000 characters.
    pub finding: String,
    /// Which documents say from now on what worked: at least one where the playbook lists them and the measures
    /// worked, none otherwise (P22, P37).
    #[serde(default)]
    pub standardised: Vec<StandardisedDocument>,
}

/// A document that was brought up to date, so that what worked stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandardisedDocument {
    /// Which one: one of those of the playbook.
    pub document: String,
    /// What was changed in it, and in which version; at most 5,000 characters.
    pub change: String,
}

super::verbs! { Investigation:
    Verify = "verify",
    AddFinding = "finding.add",
    Propose = "propose",
    Execute = "execute",
    PlanMeasures = "correct.plan",
    FinishMeasure = "correct.done",
    VerifyEffect = "correct.verify",
}
