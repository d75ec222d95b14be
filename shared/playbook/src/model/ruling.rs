//! Rulings: questions about a case that somebody with the authority answers, as a piece of work with its own limit.

use calendar::Limit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Secondary, Who};

/// How questions about a case are ruled on: whose it is, more time for a clock (`clocks[].extension`), what a rung of the
/// ladder asks (`open_ruling_task`). Each is decided once, never by whoever asks or whose work it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rulings {
    /// Whose a case is, when a department says “not ours”. Without it nothing is disputed: work that is given back waits
    /// in the queue of its department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<Dispute>,
    /// How long whoever rules has, where nothing else is said; without one there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// How long before that they are reminded; any number of reminders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_before: Vec<Limit>,
    /// Who rules when nobody of the role that is named is there.
    #[serde(default)]
    pub secondary: Secondary,
}

/// Who rules on whose a case is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// Who.
    pub by: Who,
    /// How long they have; without one, `rulings.limit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}
