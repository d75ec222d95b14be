//! What an operator may set for intake: typed, with defaults that work, checked at start.

use std::collections::BTreeSet;

use contracts::RoleKey;
use runtime::config::{Findings, Section};
use serde::{Deserialize, Serialize};

/// The `[intake]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeConfig {
    /// The zone of dates in numbers while an organisation has published no calendar: an IANA name.
    pub default_zone: String,
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
    /// Not a time zone.
    #[error("intake.default_zone is “{0}”, which is no IANA time zone known here")]
    UnknownZone(String),
    /// A number outside what is possible.
    #[error("intake.{0} must be from {1} to {2}")]
    OutOfRange(&'static str, u64, u64),
}

impl Section for IntakeConfig {
    const DEFAULTS: &'static str = r#"
# The zone of dates in numbers while an organisation has published no calendar: an IANA name.
default_zone = "Asia/Shanghai"
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
            Self::UnknownZone(_) => "default_zone",
            Self::OutOfRange(key, ..) => key,
        }
    }
    fn found(&self) -> &str {
        match self {
            Self::UnknownZone(zone) => zone,
            Self::OutOfRange(..) => "a number outside what is possible",
        }
    }
}

impl Default for IntakeConfig {
    fn default() -> Self {
        let roles = |names: &[&str]| names.iter().filter_map(|name| RoleKey::new(*name).ok()).collect();
        Self {
            default_zone: "Asia/Shanghai".to_owned(),
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
        if jiff::tz::TimeZone::get(&self.default_zone).is_err() {
            errors.push(ConfigError::UnknownZone(self.default_zone.clone()));
        }
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
        let bad =
            IntakeConfig { default_zone: "Mars/Olympus".into(), max_files: 0, ..IntakeConfig::default() };
        assert_eq!(bad.check().unwrap_err().len(), 2);
    }
}
