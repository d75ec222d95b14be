//! `ledger.entered`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::FactValue;
use crate::ids::LedgerKey;
use crate::words::Text;

/// A case went into a ledger, or stands there anew. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerEntered {
    /// The ledger, as the playbook has it.
    pub ledger: LedgerKey,
    /// What people read.
    pub label: Text,
    /// Which handling of the complaint it belongs to, from 1.
    pub instance: u32,
    /// Whether it stands there until the matter is settled; otherwise for good.
    pub pending: bool,
    /// What the ledger says of the case.
    pub columns: Vec<LedgerColumn>,
}

/// What a ledger says of a case in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerColumn {
    /// The column.
    pub key: String,
    /// What people read above it.
    pub label: Text,
    /// What stands in it: a fact, never words.
    pub value: FactValue,
    /// What a key is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Text>,
}
