//! `playbook.published`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::messages::complaint_registered::PlaybookRef;

/// A version of a playbook exists. Said by routing, on the subject of the playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookPublished {
    /// Which playbook and version.
    pub playbook: PlaybookRef,
    /// The whole document as JSON.
    pub document: serde_json::Value,
    /// SHA-256 of the document text as published, hexadecimal.
    pub sha256: String,
    /// SHA-256 of the scenarios that are kept beside it, hexadecimal; routing has their text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenarios_sha256: Option<String>,
    /// Who published it.
    pub by: Actor,
}
