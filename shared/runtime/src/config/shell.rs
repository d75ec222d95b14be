//! `[shell]`: how inputs are taken together and how trouble is met.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::Findings;
use crate::shell::{ShellOptions, SystemRandomness};

/// The batched shell. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShellConfig {
    /// Inputs in one transaction at most.
    pub batch_max: usize,
    /// Inputs that wait in memory at most.
    pub queue_max: usize,
    /// How long a lone input waits for company.
    #[serde(with = "super::duration")]
    pub linger: Duration,
    /// How long a command may wait before it is answered `unavailable`.
    #[serde(with = "super::duration")]
    pub patience: Duration,
    /// The first pause after trouble.
    #[serde(with = "super::duration")]
    pub pause_first: Duration,
    /// The longest pause after trouble.
    #[serde(with = "super::duration")]
    pub pause_most: Duration,
    /// How often timers are looked for.
    #[serde(with = "super::duration")]
    pub timers_every: Duration,
    /// How often held events are looked for that nobody took up.
    #[serde(with = "super::duration")]
    pub sweep_every: Duration,
}

impl ShellConfig {
    /// The same as the shell takes it.
    #[must_use]
    pub fn options(&self) -> ShellOptions {
        ShellOptions {
            batch_max: self.batch_max,
            queue_max: self.queue_max,
            linger: self.linger,
            patience: self.patience,
            timers_every: self.timers_every,
            sweep_every: self.sweep_every,
            pause_first: self.pause_first,
            pause_most: self.pause_most,
            randomness: Arc::new(SystemRandomness::default()),
        }
    }

    pub(super) fn check(&self, findings: &mut Findings) {
        findings.require((1..=5000).contains(&self.batch_max), "batch_max", self.batch_max, "1 to 5000");
        findings.require(
            (self.batch_max..=1_000_000).contains(&self.queue_max),
            "queue_max",
            self.queue_max,
            format!("{} (batch_max) to 1000000", self.batch_max),
        );
        findings.require(
            self.linger <= Duration::from_millis(100),
            "linger",
            format!("{:?}", self.linger),
            "at most 100ms: every answer waits for it",
        );
        findings.require(
            self.pause_first > Duration::ZERO && self.pause_first <= self.pause_most,
            "pause_first",
            format!("{:?}", self.pause_first),
            "a duration beyond zero, at most pause_most",
        );
        for (key, value, least) in [
            ("patience", self.patience, Duration::from_millis(100)),
            ("timers_every", self.timers_every, Duration::from_millis(10)),
            ("sweep_every", self.sweep_every, Duration::from_millis(100)),
        ] {
            findings.require(value >= least, key, format!("{value:?}"), format!("at least {least:?}"));
        }
    }
}
