//! `[telemetry]`: logs, traces and how often gauges are taken.

use std::time::Duration;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use super::Findings;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Logs and traces. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetryConfig {
    /// How log lines are written.
    pub format: LogFormat,
    /// Which log lines: a level or a filter of `tracing-subscriber`.
    pub level: String,
    /// Where traces go; empty: nowhere.
    pub otlp_endpoint: String,
    /// The share of new traces that is recorded.
    pub sample: f64,
    /// How long one export may take.
    #[serde(with = "super::duration")]
    pub export_timeout: Duration,
    /// How often gauges are taken.
    #[serde(with = "super::duration")]
    pub gauges_every: Duration,
}

impl TelemetryConfig {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.require(
            EnvFilter::try_new(&self.level).is_ok(),
            "level",
            &self.level,
            "error, warn, info, debug, trace or a filter such as \"info,runtime=debug\"",
        );
        findings.require(
            self.otlp_endpoint.is_empty()
                || ["http://", "https://"].iter().any(|scheme| self.otlp_endpoint.starts_with(scheme)),
            "otlp_endpoint",
            &self.otlp_endpoint,
            "http://host:port or https://host:port, or nothing",
        );
        findings.require((0.0..=1.0).contains(&self.sample), "sample", self.sample, "0.0 to 1.0");
        findings.require(
            self.gauges_every >= Duration::from_millis(100),
            "gauges_every",
            format!("{:?}", self.gauges_every),
            "at least 100ms",
        );
    }
}
