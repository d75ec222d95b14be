//! `case.closed`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::OutcomeKey;
use crate::words::{FilledPoint, WordRef};

/// The case is archived. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseClosed {
    /// How the last main visit before the archive ended.
    pub outcome: OutcomeKey,
    /// How many handlings it took.
    pub instances: u32,
    /// Its level at the end.
    pub level: u32,
    /// The closing summary, when one was written.
    pub summary: Option<WordRef>,
    /// Its points, where the playbook asks for some, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<FilledPoint>,
    /// Who filed it.
    pub by: Actor,
}
