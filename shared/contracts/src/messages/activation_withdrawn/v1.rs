//! `activation.withdrawn`, version 1.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::messages::complaint_registered::PlaybookRef;
use crate::messages::playbook_activated::ActivationScope;

/// A version that was to come into force does not. Said by routing, on the subject of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActivationWithdrawn {
    /// Which playbook and version.
    pub playbook: PlaybookRef,
    /// For whom it was to hold.
    pub scope: ActivationScope,
    /// From when on it was to hold.
    pub effective_from: Timestamp,
    /// Who withdrew it.
    pub by: Actor,
}
