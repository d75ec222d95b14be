//! `ledger.settled`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::LedgerKey;

/// A matter of a ledger is pending no longer. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerSettled {
    /// The ledger, as the playbook has it.
    pub ledger: LedgerKey,
}
