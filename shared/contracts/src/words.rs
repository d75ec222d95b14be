//! Words stay where they were said: events carry a reference and a checksum, never the text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::WordId;
use crate::service::ServiceName;

/// A reference to a text that `service` keeps encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WordRef {
    /// Who keeps it.
    pub service: ServiceName,
    /// Its id there.
    pub id: WordId,
    /// SHA-256 of the UTF-8 text, hexadecimal.
    pub sha256: String,
    /// Its length in characters.
    pub characters: u32,
}

impl WordRef {
    /// The reference to `text` kept by `service` under `id`.
    #[must_use]
    pub fn to(service: ServiceName, id: WordId, text: &str) -> Self {
        use sha2::Digest as _;
        let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        Self { service, id, sha256: hex::encode(sha2::Sha256::digest(text.as_bytes())), characters }
    }
}

/// A language that the product speaks.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

/// A label or short text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in `language`.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// One point of a sheet that the playbook asks for, as it was filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FilledPoint {
    /// Its key in the playbook.
    pub point: String,
    /// What was said.
    pub words: WordRef,
}
