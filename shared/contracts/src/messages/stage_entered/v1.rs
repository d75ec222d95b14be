//! `stage.entered`, version 1.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::facts::Facts;
use crate::ids::{ComplainantId, DepartmentId, OutcomeKey, PersonId, StageKey, VisitId};
use crate::messages::complaint_registered::PlaybookRef;
use crate::service::{ServiceName, StageKind};
use crate::words::Language;

/// A visit to a stage begins. Said by routing; the service that owns the stage kind acts on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageEntered {
    /// The visit, new at every entry.
    pub visit: VisitId,
    /// Grows when the visit is reassigned; 1 at first.
    pub epoch: u32,
    /// The stage of the playbook.
    pub stage: StageKey,
    /// Its kind, which names the service.
    pub kind: StageKind,
    /// Whether it is the case's main place or a side.
    pub place: Place,
    /// Which handling of the complaint this is, from 1.
    pub instance: u32,
    /// The declared loop by which the case came back here, if it did; its passes are counted.
    #[serde(default)]
    pub via: Option<String>,
    /// The level of the case, from 1.
    pub level: u32,
    /// The pinned playbook.
    pub playbook: PlaybookRef,
    /// The playbook's brief for this stage (`playbook::StageBrief`).
    pub brief: serde_json::Value,
    /// The complaint's number.
    pub number: String,
    /// The complainant.
    pub complainant: ComplainantId,
    /// The language to speak to the customer in.
    pub language: Language,
    /// The department whose work it is.
    pub department: DepartmentId,
    /// The facts so far.
    pub facts: Facts,
    /// What earlier visits ended with, the last of each stage, oldest first.
    pub results: Vec<StageResult>,
    /// People who may not act on it.
    pub barred: Vec<PersonId>,
    /// How many `fact.recorded` of each other service the facts hold, so that whoever hears those services too knows which
    /// word on a fact is the later one. Absent in cases from before they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<BTreeMap<ServiceName, u64>>,
}

/// Where a visit stands in its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The one main place.
    Main,
    /// A side: parallel branch or accompanying work.
    Side,
}

/// How an earlier visit ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageResult {
    /// The visit.
    pub visit: VisitId,
    /// Its stage.
    pub stage: StageKey,
    /// Its kind.
    pub kind: StageKind,
    /// What it ended with.
    pub outcome: OutcomeKey,
    /// Who completed it; a system actor where no person did.
    pub by: Actor,
    /// What it found: references and keys, never words.
    pub results: serde_json::Value,
}
