//! The published versions of a playbook. All are kept: a running case stays on the one it began with.

use std::collections::BTreeMap;

use contracts::commands::Actor;
use contracts::messages::playbook_published::PlaybookPublished;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The versions of one playbook.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Playbooks {
    /// By version.
    pub versions: BTreeMap<u32, PublishedPlaybook>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPlaybook {
    /// The whole document as JSON text: it is looked at whenever a case moves and read only once.
    pub document: String,
    /// SHA-256 of the text as published, hexadecimal.
    pub sha256: String,
    /// Who published it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

impl Playbooks {
    /// The newest version.
    #[must_use]
    pub fn latest(&self) -> u32 {
        self.versions.last_key_value().map_or(0, |(version, _)| *version)
    }

    pub(super) fn published(&mut self, said: &PlaybookPublished, at: Timestamp) {
        let version = PublishedPlaybook {
            document: said.document.to_string(),
            sha256: said.sha256.clone(),
            by: said.by.clone(),
            at,
        };
        self.versions.insert(said.playbook.version, version);
    }
}
