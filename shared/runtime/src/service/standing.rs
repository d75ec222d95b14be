//! How a visit to a stage stands with the service that serves it.

use contracts::OutcomeKey;
use serde::{Deserialize, Serialize};

/// How a visit stands. One that was left keeps only how it was left: enough to answer `visit-left`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing<O> {
    /// It is being worked on.
    Open(Box<O>),
    /// It ended with this outcome.
    Completed(OutcomeKey),
    /// It was revoked.
    Withdrawn,
}

impl<O> Standing<O> {
    /// What is open of it, if it is open.
    #[must_use]
    pub fn open(&self) -> Option<&O> {
        match self {
            Self::Open(open) => Some(open),
            Self::Completed(_) | Self::Withdrawn => None,
        }
    }

    /// The same, to be changed.
    #[must_use]
    pub fn open_mut(&mut self) -> Option<&mut O> {
        match self {
            Self::Open(open) => Some(open),
            Self::Completed(_) | Self::Withdrawn => None,
        }
    }

    /// Leaves it in this way, unless it was left before.
    pub fn leave(&mut self, how: Self) {
        if self.open().is_some() {
            *self = how;
        }
    }
}
