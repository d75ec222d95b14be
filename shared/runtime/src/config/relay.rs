//! `[relay]`: from the outbox to the stream.

use std::time::Duration;

use serde::Deserialize;

use super::Findings;

/// Publishing. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayConfig {
    /// Publishes under way at once.
    pub in_flight: usize,
    /// How long rows stay after the acknowledgement.
    #[serde(with = "super::duration")]
    pub keep: Duration,
    /// How often the outbox is looked at unasked.
    #[serde(with = "super::duration")]
    pub poll: Duration,
}

impl RelayConfig {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.require((1..=10_000).contains(&self.in_flight), "in_flight", self.in_flight, "1 to 10000");
        for (key, value, least) in
            [("keep", self.keep, Duration::from_secs(1)), ("poll", self.poll, Duration::from_millis(10))]
        {
            findings.require(value >= least, key, format!("{value:?}"), format!("at least {least:?}"));
        }
    }
}
