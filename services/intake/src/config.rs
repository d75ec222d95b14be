//! What an operator may set for intake: typed, with defaults that work, checked at start.

use std::collections::BTreeSet;

use contracts::RoleKey;
use runtime::config::{Findings, Section};
use serde::{Deserialize, Serialize};

/// The `[intake]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeConfig {
    /// The largest file taken, in bytes.
    pub max_file_bytes: u64,
    /// How many files one complaint may have.
    pub max_files: usize,
    /// How long an upload may take before what came of it is thrown away, in hours.
    pub upload_hours: u32,
    /// Over how many days settlements on the spot for one customer or order are added up against the limit (R-037).
    pub spot_window_days: u32,
    /// Which roles may order that a complainant be forgotten.
    pub erasure_roles: BTreeSet<RoleKey>,
    /// Which roles may read a complainant's contact data unmasked.
    pub contact_roles: BTreeSet<RoleKey>,
}

/// A value that intake cannot work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A number outside what is possible.
    #[error("intake.{0} must be from {1} to {2}")]
    OutOfRange(&'static str, u64, u64),
}

impl Section for IntakeConfig {
    const DEFAULTS: &'static str = r#"
# The largest file taken, in bytes.
max_file_bytes = 52428800
# How many files one complaint may have.
max_files = 50
# How long an upload may take before what came of it is thrown away, in hours.
upload_hours = 24
# Over how many days settlements on the spot for one customer or order are added up against the limit.
spot_window_days = 30
# Which roles may order that a complainant be forgotten.
erasure_roles = ["admin", "administrator", "manager", "privacy_officer"]
# Which roles may read a complainant's contact data unmasked.
contact_roles = ["admin", "administrator", "agent", "front_desk", "handler", "manager", "replier", "caller_back"]
"#;

    fn check(&self, findings: &mut Findings) {
        for error in Self::check(self).err().unwrap_or_default() {
            findings.add(error.key(), error.found(), error.to_string());
        }
    }
}

impl ConfigError {
    const fn key(&self) -> &'static str {
        match self {
            Self::OutOfRange(key, ..) => key,
        }
    }
    fn found(&self) -> &str {
        match self {
            Self::OutOfRange(..) => "a number outside what is possible",
        }
    }
}

impl Default for IntakeConfig {
    fn default() -> Self {
        let roles = |names: &[&str]| names.iter().filter_map(|name| RoleKey::new(*name).ok()).collect();
        Self {
            max_file_bytes: 50 * 1024 * 1024,
            max_files: 50,
            upload_hours: 24,
            spot_window_days: 30,
            erasure_roles: roles(&["admin", "administrator", "manager", "privacy_officer"]),
            contact_roles: roles(&[
                "admin",
                "administrator",
                "agent",
                "front_desk",
                "handler",
                "manager",
                "replier",
                "caller_back",
            ]),
        }
    }
}

impl IntakeConfig {
    /// Checks the values.
    ///
    /// # Errors
    /// Every [`ConfigError`], not only the first.
    pub fn check(&self) -> Result<(), Vec<ConfigError>> {
        let mut errors = Vec::new();
        let mut range = |name, value: u64, low: u64, high: u64| {
            if !(low..=high).contains(&value) {
                errors.push(ConfigError::OutOfRange(name, low, high));
            }
        };
        range("max_file_bytes", self.max_file_bytes, 1, 1 << 31);
        range("max_files", self.max_files as u64, 1, 1000);
        range("upload_hours", u64::from(self.upload_hours), 1, 24 * 30);
        range("spot_window_days", u64::from(self.spot_window_days), 1, 3660);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold_and_every_mistake_is_named() {
        assert_eq!(IntakeConfig::default().check(), Ok(()));
        let bad = IntakeConfig { upload_hours: 0, max_files: 0, ..IntakeConfig::default() };
        assert_eq!(bad.check().unwrap_err().len(), 2);
    }
}
