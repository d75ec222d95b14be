//! `[shutdown]`: how long an orderly stop may take.

use std::time::Duration;

use serde::Deserialize;

use super::Findings;

/// Stopping. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShutdownConfig {
    /// The one deadline of all groups together.
    #[serde(with = "super::duration")]
    pub deadline: Duration,
}

impl ShutdownConfig {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.require(
            (Duration::from_millis(100)..=Duration::from_secs(600)).contains(&self.deadline),
            "deadline",
            format!("{:?}", self.deadline),
            "100ms to 10m",
        );
    }
}
