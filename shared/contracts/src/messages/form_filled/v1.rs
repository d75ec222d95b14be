//! `form.filled`, version 1.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::FormKey;
use crate::words::WordRef;

/// Fields of a form were written. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormFilled {
    /// The form, as the playbook has it.
    pub form: FormKey,
    /// Which handling of the complaint it belongs to, from 1.
    pub instance: u32,
    /// What was written, by field; a later text replaces an earlier one.
    pub fields: BTreeMap<String, WordRef>,
    /// The fields that were emptied.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub emptied: BTreeSet<String>,
    /// Who wrote it.
    pub by: Actor,
}
