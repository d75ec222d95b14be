//! `[http]`: where metrics and health are answered.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;

use super::Findings;

/// The listener for `/metrics`, `/livez` and `/readyz`. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port; empty: none.
    pub listen: String,
    /// How long the look behind `/readyz` may take.
    #[serde(with = "super::duration")]
    pub check_timeout: Duration,
}

impl HttpConfig {
    /// The address, if there is to be a listener.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.listen.parse().ok()
    }

    pub(super) fn check(&self, findings: &mut Findings) {
        findings.require(
            self.listen.is_empty() || self.address().is_some(),
            "listen",
            &self.listen,
            "an address with a port, such as 127.0.0.1:9100, or nothing",
        );
        findings.require(self.check_timeout > Duration::ZERO, "check_timeout", "0", "a duration beyond zero");
    }
}
