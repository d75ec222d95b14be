//! `customer.answered`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::VisitId;
use crate::words::WordRef;

/// The customer answered a proposal or reply. Said by notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CustomerAnswered {
    /// The visit.
    pub visit: VisitId,
    /// Whether they accept.
    pub accepted: bool,
    /// Why, when said.
    pub reason: Option<WordRef>,
    /// Who recorded it: the customer, or staff on their behalf.
    pub by: Actor,
}
