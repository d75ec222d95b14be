//! What is wrong with a configuration: every finding at once, never a secret.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: `postgres.url`, or `routing.postgres.url` where it was said for one service.
    pub path: String,
    /// What stands there; secrets are not shown.
    pub found: String,
    /// What would be right.
    pub expected: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}, expected {}", self.path, self.found, self.expected)
    }
}

/// Collects findings while a section checks itself.
#[derive(Debug, Default)]
pub struct Findings {
    at: String,
    list: Vec<Finding>,
}

impl Findings {
    /// Findings of the section at `path`.
    #[must_use]
    pub fn of(path: impl Into<String>) -> Self {
        Self { at: path.into(), list: Vec::new() }
    }
    /// Notes that `key` of this section has `found` where `expected` would be right.
    pub fn add(&mut self, key: &str, found: impl fmt::Display, expected: impl Into<String>) {
        let path = if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) };
        self.list.push(Finding { path, found: found.to_string(), expected: expected.into() });
    }
    /// Notes `key` unless `right`.
    pub fn require(&mut self, right: bool, key: &str, found: impl fmt::Display, expected: impl Into<String>) {
        if !right {
            self.add(key, found, expected);
        }
    }
    /// All of them.
    #[must_use]
    pub fn into_list(self) -> Vec<Finding> {
        self.list
    }
}

/// Why a configuration was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ConfigErrors {
    /// The file is not there or is not TOML.
    #[error("the configuration file {} cannot be read", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: config::ConfigError,
    },
    /// The environment or the compiled-in defaults cannot be read.
    #[error("the configuration cannot be put together")]
    Layers(#[from] config::ConfigError),
    /// Settings are wrong; all of them are listed.
    #[error("the configuration has {} error(s):{}", .0.len(), listed(.0))]
    Findings(Vec<Finding>),
}

impl ConfigErrors {
    /// The findings, when the file itself could be read.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Findings(list) => list,
            Self::File { .. } | Self::Layers(_) => &[],
        }
    }
}

fn listed(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("\n  {finding}")).collect()
}
