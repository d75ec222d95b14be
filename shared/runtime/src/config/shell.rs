//! `[shell]`: how inputs are taken together and how trouble is met.

use std::time::Duration;

use serde::Deserialize;

use super::Findings;

/// The batched shell. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShellConfig {
    /// Inputs in one transaction at most.
    pub batch_max: usize,
    /// Inputs that wait in memory at most.
    pub queue_max: usize,
    /// Transactions under way at once.
    pub writers: usize,
    /// Failures of one event before it is parked.
    pub attempts: u32,
    /// The first pause after trouble.
    #[serde(with = "super::duration")]
    pub pause_first: Duration,
    /// The longest pause after trouble.
    #[serde(with = "super::duration")]
    pub pause_most: Duration,
    /// How often timers are looked for.
    #[serde(with = "super::duration")]
    pub timers_every: Duration,
}

impl ShellConfig {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.require((1..=5000).contains(&self.batch_max), "batch_max", self.batch_max, "1 to 5000");
        findings.require(
            (self.batch_max..=1_000_000).contains(&self.queue_max),
            "queue_max",
            self.queue_max,
            format!("{} (batch_max) to 1000000", self.batch_max),
        );
        findings.require((1..=16).contains(&self.writers), "writers", self.writers, "1 to 16");
        findings.require((1..=100).contains(&self.attempts), "attempts", self.attempts, "1 to 100");
        findings.require(
            self.pause_first > Duration::ZERO && self.pause_first <= self.pause_most,
            "pause_first",
            format!("{:?}", self.pause_first),
            "a duration beyond zero, at most pause_most",
        );
        findings.require(
            self.timers_every >= Duration::from_millis(10),
            "timers_every",
            format!("{:?}", self.timers_every),
            "at least 10ms",
        );
    }
}
