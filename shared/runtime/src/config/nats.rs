//! `[nats]`: the transport between services.

use std::path::PathBuf;
use std::time::Duration;

use bus::{BusOptions, StreamLimits};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::Findings;

/// Where NATS is and who we are there. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatsConfig {
    /// The servers, separated by commas.
    pub url: String,
    /// The user; [`super::load`] puts the service's name where it is empty.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// A file of certificates of authorities; empty: the system's.
    pub authorities: String,
    /// The longest that connecting may take.
    #[serde(with = "super::duration")]
    pub connect_timeout: Duration,
    /// The longest wait for an answer.
    #[serde(with = "super::duration")]
    pub request_timeout: Duration,
    /// Copies of our stream.
    pub replicas: usize,
    /// Bytes that our stream may hold.
    pub stream_max_bytes: u64,
    /// Submissions that may wait for intake.
    pub submit_max_messages: u64,
}

impl NatsConfig {
    /// The servers' addresses.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.url.split(',').map(str::trim).filter(|url| !url.is_empty())
    }

    /// How to connect, with `in_flight` publishes unacknowledged at most.
    #[must_use]
    pub fn bus_options(&self, in_flight: usize) -> BusOptions {
        let mut options = BusOptions::new(&self.url, &self.user);
        if !self.password.expose_secret().is_empty() {
            options = options.signed_in(&self.user, self.password.clone());
        }
        options.certificate_authority =
            (!self.authorities.is_empty()).then(|| PathBuf::from(&self.authorities));
        options.connect_patience = self.connect_timeout;
        options.answer_patience = self.request_timeout;
        options.acks_in_flight = in_flight;
        options
    }

    /// The bounds of our streams.
    #[must_use]
    pub const fn stream_limits(&self) -> StreamLimits {
        StreamLimits {
            event_max_bytes: self.stream_max_bytes,
            submit_max_messages: self.submit_max_messages,
            replicas: self.replicas,
        }
    }

    pub(super) fn check(&self, findings: &mut Findings) {
        let scheme = |url: &str| ["nats://", "tls://"].iter().any(|scheme| url.starts_with(scheme));
        // A URL may carry a password; the key is treated as a secret.
        findings.require(
            self.servers().next().is_some() && self.servers().all(scheme),
            "url",
            "a value that is not shown",
            "nats://host:port or tls://host:port, several separated by commas",
        );
        findings.require(
            !self.user.contains(['.', '*', '>', ' ']),
            "user",
            &self.user,
            "a name without dots, spaces and wildcards: the inbox prefix is made of it",
        );
        findings.require([1, 3, 5].contains(&self.replicas), "replicas", self.replicas, "1, 3 or 5");
        findings.require(
            self.stream_max_bytes >= 1 << 20,
            "stream_max_bytes",
            self.stream_max_bytes,
            "at least 1048576",
        );
        findings.require(self.submit_max_messages > 0, "submit_max_messages", 0, "at least 1");
        for (key, value) in
            [("connect_timeout", self.connect_timeout), ("request_timeout", self.request_timeout)]
        {
            findings.require(value > Duration::ZERO, key, "0", "a duration beyond zero");
        }
        if !self.authorities.is_empty() && !std::path::Path::new(&self.authorities).is_file() {
            findings.add("authorities", &self.authorities, "a file that exists");
        }
    }
}
