//! `form.signed`, version 1.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::facts::FactValue;
use crate::ids::{FormKey, PersonId, RoleKey};

/// Somebody signed a form; what is written there stands. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormSigned {
    /// The form, as the playbook has it.
    pub form: FormKey,
    /// Which handling of the complaint it belongs to, from 1.
    pub instance: u32,
    /// As whom.
    pub role: RoleKey,
    /// What the case itself filled in when it was signed, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub known: BTreeMap<String, FactValue>,
    /// Whom they stood in for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<PersonId>,
    /// Who signed.
    pub by: Actor,
}
