//! `callback.noted`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::words::WordRef;

/// Somebody noted what whoever calls the customer back has to know of this case. Said by notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallbackNoted {
    /// The note.
    pub note: WordRef,
    /// Who noted it.
    pub by: Actor,
}
