//! What is wrong in the text of a playbook that somebody writes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::queries::notification::MessagesWritten;
use crate::words::Text;

/// Asks what is wrong in the text of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybookCheckAsked {
    /// The text, as it would be published.
    pub text: String,
}

/// What is wrong in the text of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookChecked {
    /// Every mistake, in the order of the text; none: it can be published.
    pub mistakes: Vec<PlaybookMistake>,
    /// What it says to customers and staff, where there is no mistake: notification shows how that reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<MessagesWritten>,
}

/// A mistake in the text of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookMistake {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// Where in the document, such as `stages[2].next[0].to`.
    pub path: String,
    /// What kind of mistake it is; stable.
    pub code: String,
    /// What to read.
    pub message: Text,
}
