//! `[postgres]`: the service's own database.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::Findings;

/// Where the service's database is and how it is used. Keys: see `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostgresConfig {
    /// `postgres://user:password@host:port/database`.
    pub url: SecretString,
    /// The same for migrations; empty: `url`.
    pub migrate_url: SecretString,
    /// Connections at most, beside the leader's and the migrations'.
    pub max_connections: u32,
    /// How long the first connection is tried at start.
    #[serde(with = "super::duration")]
    pub connect_timeout: Duration,
    /// The longest wait for a connection.
    #[serde(with = "super::duration")]
    pub acquire_timeout: Duration,
    /// The longest that a statement may run.
    #[serde(with = "super::duration")]
    pub statement_timeout: Duration,
}

impl PostgresConfig {
    pub(super) fn check(&self, needed: bool, findings: &mut Findings) {
        let form = "postgres://user:password@host:port/database";
        for (key, url) in [("url", &self.url), ("migrate_url", &self.migrate_url)] {
            let url = url.expose_secret();
            let scheme = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
            let readable = scheme && url.parse::<sqlx::postgres::PgConnectOptions>().is_ok();
            if !url.is_empty() && !readable {
                findings.add(key, "a value that is not shown", form);
            }
        }
        findings.require(!needed || !self.url.expose_secret().is_empty(), "url", "nothing", form);
        findings.require(
            (2..=1000).contains(&self.max_connections),
            "max_connections",
            self.max_connections,
            "2 to 1000: one for queries beside one for the shell",
        );
        for (key, value) in
            [("connect_timeout", self.connect_timeout), ("acquire_timeout", self.acquire_timeout)]
        {
            findings.require(value > Duration::ZERO, key, "0", "a duration beyond zero");
        }
        findings.require(
            self.statement_timeout >= Duration::from_millis(100),
            "statement_timeout",
            format!("{:?}", self.statement_timeout),
            "at least 100ms",
        );
    }

    /// The URL that migrations use.
    #[must_use]
    pub fn for_migrations(&self) -> &SecretString {
        if self.migrate_url.expose_secret().is_empty() { &self.url } else { &self.migrate_url }
    }
}
