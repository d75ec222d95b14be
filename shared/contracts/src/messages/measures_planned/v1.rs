//! `measures.planned`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{DepartmentId, MeasureId, PersonId, RoleKey, VisitId};
use crate::words::WordRef;

/// What will be done so that it does not happen again, by whom and until when. Said by investigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MeasuresPlanned {
    /// The visit.
    pub visit: VisitId,
    /// The measures, in the order of the plan.
    pub measures: Vec<Planned>,
    /// Who planned them.
    pub by: Actor,
}

/// One measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Planned {
    /// Which.
    pub measure: MeasureId,
    /// What sort of measure it is.
    pub kind: MeasureKind,
    /// The method of the playbook by which it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The department that answers for it.
    pub department: DepartmentId,
    /// The role that is asked for it there, where it is not that of the stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleKey>,
    /// The person who answers for it, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// When it has to be done: the first instant that is late.
    pub due: Timestamp,
    /// What is to be done.
    pub words: WordRef,
}

/// What sort of measure it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// It puts right what was wrong.
    #[default]
    Corrective,
    /// It keeps the like from happening elsewhere.
    Preventive,
    /// People are taught.
    Training,
}
