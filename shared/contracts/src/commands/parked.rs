//! What every service takes beside its own verbs: settling what it has parked. The subject is that of the parked
//! message (`parked` query of the service).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The verb of [`SettleParked`] that handles the message again.
pub const REPLAY: &str = "parked.replay";
/// The verb of [`SettleParked`] that skips the message for good.
pub const DROP: &str = "parked.drop";
/// Both.
pub const VERBS: &[&str] = &[REPLAY, DROP];

/// Settles a parked message: [`REPLAY`] or [`DROP`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleParked {
    /// Which.
    pub id: Uuid,
    /// Why; at most 500 characters.
    pub reason: String,
}
