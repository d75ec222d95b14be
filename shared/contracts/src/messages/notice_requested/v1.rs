//! `notice.requested`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ChannelKey, ComplainantId, NoticeId, PersonId, TemplateKey};
use crate::words::{Language, WordRef};

/// A message is to go out. Said by notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeRequested {
    /// The message.
    pub notice: NoticeId,
    /// To whom.
    pub to: Recipient,
    /// By which channel.
    pub channel: ChannelKey,
    /// The template.
    pub template: TemplateKey,
    /// The version of the template's playbook, or 0 for the built-in one.
    pub template_version: u32,
    /// The language.
    pub language: Language,
    /// The rendered text, kept by notification.
    pub text: WordRef,
}

/// Who gets a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "to")]
pub enum Recipient {
    /// The complainant; the address is asked of intake when it is sent.
    Complainant {
        /// Which.
        complainant: ComplainantId,
    },
    /// A member of staff.
    Staff {
        /// Who.
        person: PersonId,
    },
}
