//! `contact.prepared`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::VisitId;
use crate::words::FilledPoint;

/// Somebody prepared for talking with the customer: the facts, likely scenarios, options, the final limit. Said
/// by notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactPrepared {
    /// The visit.
    pub visit: VisitId,
    /// The points of the sheet, as the playbook names them.
    pub points: Vec<FilledPoint>,
    /// Who filled it in.
    pub by: Actor,
}
