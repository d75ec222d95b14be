//! `[clock]`: real time, or the virtual clock of a rehearsal.

use jiff::Timestamp;
use serde::Deserialize;

use super::Findings;

/// Whose time is business time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// The machine's.
    Real,
    /// Nobody's: it stands still and is moved by hand.
    Virtual,
}

/// Business time. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockConfig {
    /// Real or virtual.
    pub mode: ClockMode,
    /// Whether this installation is a rehearsal.
    pub rehearsal: bool,
    /// Where the virtual clock starts; empty: the start of 2026.
    pub start: String,
}

impl ClockConfig {
    /// Where the virtual clock starts.
    #[must_use]
    pub fn starts_at(&self) -> Option<Timestamp> {
        let start = if self.start.is_empty() { "2026-01-01T00:00:00Z" } else { &self.start };
        start.parse().ok()
    }

    pub(super) fn check(&self, findings: &mut Findings) {
        findings.require(
            self.mode == ClockMode::Real || self.rehearsal,
            "mode",
            "virtual",
            "real, unless clock.rehearsal is true: business time must not be moved under real complaints",
        );
        findings.require(
            self.starts_at().is_some(),
            "start",
            &self.start,
            "an instant such as 2026-01-01T00:00:00Z, or nothing",
        );
    }
}
