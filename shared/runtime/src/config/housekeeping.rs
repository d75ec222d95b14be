//! `[housekeeping]`: what is forgotten in time.

use std::time::Duration;

use serde::Deserialize;

use super::Findings;

/// Housekeeping. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HousekeepingConfig {
    /// How long commands are remembered.
    #[serde(with = "super::duration")]
    pub commands_kept: Duration,
    /// How often it is looked for what may be forgotten.
    #[serde(with = "super::duration")]
    pub every: Duration,
}

impl HousekeepingConfig {
    pub(super) fn check(&self, findings: &mut Findings) {
        let (hour, second) = (Duration::from_secs(3600), Duration::from_secs(1));
        findings.require(
            self.commands_kept >= hour,
            "commands_kept",
            format!("{:?}", self.commands_kept),
            "at least 1h: who lost an answer repeats the command and must get the same one",
        );
        findings.require(self.every >= second, "every", format!("{:?}", self.every), "at least 1s");
    }
}
