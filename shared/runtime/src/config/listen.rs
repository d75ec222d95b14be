//! `[listen]`: hearing other services.

use std::time::Duration;

use serde::Deserialize;

use super::Findings;

/// Fetching and reconciling. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenConfig {
    /// Messages fetched at once at most.
    pub fetch_max: usize,
    /// How long one fetch waits.
    #[serde(with = "super::duration")]
    pub fetch_wait: Duration,
    /// How long a successor waits before its predecessor is asked for.
    #[serde(with = "super::duration")]
    pub missing_after: Duration,
    /// How often heads are compared.
    #[serde(with = "super::duration")]
    pub reconcile_every: Duration,
}

impl ListenConfig {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.require((1..=5000).contains(&self.fetch_max), "fetch_max", self.fetch_max, "1 to 5000");
        for (key, value, least) in [
            ("fetch_wait", self.fetch_wait, Duration::from_millis(100)),
            ("missing_after", self.missing_after, Duration::from_millis(100)),
            ("reconcile_every", self.reconcile_every, Duration::from_secs(1)),
        ] {
            findings.require(value >= least, key, format!("{value:?}"), format!("at least {least:?}"));
        }
    }
}
