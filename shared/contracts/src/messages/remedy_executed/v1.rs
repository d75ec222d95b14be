//! `remedy.executed`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::VisitId;
use crate::messages::proposal_made::Remedy;
use crate::words::WordRef;

/// A remedy was carried out. Said by investigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemedyExecuted {
    /// The visit.
    pub visit: VisitId,
    /// What was carried out.
    pub remedies: Vec<Remedy>,
    /// What was done, in words.
    pub account: WordRef,
    /// Who carried it out.
    pub by: Actor,
}
