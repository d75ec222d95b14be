//! `fact.recorded`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::facts::Facts;
use crate::ids::VisitId;

/// Something relevant became true. Said by any service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FactRecorded {
    /// The facts.
    pub facts: Facts,
    /// When they became true (business time).
    pub at: Timestamp,
    /// Who said so.
    pub by: Actor,
    /// The visit during which it was learnt, if any.
    pub visit: Option<VisitId>,
}
