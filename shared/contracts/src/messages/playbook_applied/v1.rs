//! `playbook.applied`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::messages::complaint_registered::PlaybookRef;

/// Open cases that follow an earlier version of a playbook follow this one from now on, where their stages are in it
/// . Said by routing, on the subject of the organisation; each case then says that it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookApplied {
    /// Which playbook and version.
    pub playbook: PlaybookRef,
    /// The earlier versions that cases may have followed.
    pub from: Vec<u32>,
    /// Why.
    pub reason: String,
    /// Who applied it.
    pub by: Actor,
}
