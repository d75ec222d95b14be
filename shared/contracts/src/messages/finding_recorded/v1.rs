//! `finding.recorded`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::VisitId;
use crate::words::WordRef;

/// A finding was added. Said by investigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingRecorded {
    /// The visit.
    pub visit: VisitId,
    /// The finding.
    pub finding: WordRef,
    /// Where it comes from: `statement`, `video`, `sales_record`, `order`, `photo`, `test`.
    pub source: String,
    /// Who recorded it.
    pub by: Actor,
}
