//! Which playbook held, holds and will hold for whom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::PlaybookId;
use crate::messages::complaint_registered::PlaybookRef;
use crate::messages::playbook_activated::ActivationScope;

/// Everything that was put into force.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Activations {
    /// What holds now.
    pub activations: Vec<ActivationShown>,
    /// What is still to come, the next first.
    pub coming: Vec<ActivationShown>,
    /// What held before, the last first: the newest hundred.
    pub past: Vec<ActivationShown>,
    /// The versions that were applied to open cases.
    pub applied: BTreeMap<PlaybookId, BTreeMap<u32, VersionApplied>>,
}

/// A version that was put into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActivationShown {
    /// Which version of which playbook.
    pub playbook: PlaybookRef,
    /// For whom.
    pub scope: ActivationScope,
    /// From when on it holds.
    pub from: Timestamp,
    /// Until when, where another one follows for the same scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Who ordered it.
    pub by: Actor,
    /// When it was ordered.
    pub at: Timestamp,
}

/// That a version was applied to open cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionApplied {
    /// Who applied it.
    pub by: Actor,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}
