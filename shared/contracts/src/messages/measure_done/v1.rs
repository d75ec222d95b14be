//! `measure.done`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{MeasureId, PersonId, VisitId};
use crate::words::WordRef;

/// A measure was carried out; its result goes back to whoever planned it. Said by investigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MeasureDone {
    /// The visit.
    pub visit: VisitId,
    /// The measure.
    pub measure: MeasureId,
    /// What came of it.
    pub result: WordRef,
    /// Who attended, of a training.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attended: Vec<PersonId>,
    /// Who says so.
    pub by: Actor,
}
