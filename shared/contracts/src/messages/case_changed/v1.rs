//! `case.changed`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::messages::complaint_registered::PlaybookRef;

/// The case follows another version of its playbook: an administrator applied it. Visits that are open go on
/// as they were entered; the way on, clocks and the ladder are those of the new version. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseChanged {
    /// The version that it follows now.
    pub playbook: PlaybookRef,
    /// The version that it followed until now.
    pub before: u32,
    /// Who applied the new version.
    pub by: Actor,
}
