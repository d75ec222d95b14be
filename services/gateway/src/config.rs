//! `[gateway]`: the HTTP edge. Every key is documented in [`GatewayConfig::DEFAULTS`].

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use contracts::{OrganisationId, RoleKey};
use runtime::config::{Findings, Section};
use serde::Deserialize;

/// The settings of the gateway. Keys: see the text of [`GatewayConfig::DEFAULTS`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayConfig {
    /// Where HTTP is answered.
    pub address: String,
    /// The organisation of requests that name none; may be empty.
    pub organisation: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
    /// The largest JSON body, in bytes.
    pub json_max_bytes: usize,
    /// The largest file, in bytes.
    pub file_max_bytes: usize,
    /// How long a body may take to come.
    #[serde(with = "runtime::config::duration")]
    pub read_timeout: Duration,
    /// How long a service may take to answer.
    #[serde(with = "runtime::config::duration")]
    pub answer_timeout: Duration,
    /// Requests handled at once.
    pub concurrent_max: usize,
    /// Connections held at once.
    pub connections_max: usize,
    /// Uploads handled at once.
    pub uploads_max: usize,
    /// The same for those who are not signed in, besides.
    pub public_uploads_max: usize,
    /// Commands that may wait for one verb of one service.
    pub queue_max: usize,
    /// Commands in one request to a service.
    pub batch_max: usize,
    /// Requests under way at once for one verb of one service.
    pub requests_in_flight: usize,
    /// Requests a second of one signed-in person; 0: no limit.
    pub person_per_second: u32,
    /// Requests a second of one API key; 0: no limit.
    pub feeder_per_second: u32,
    /// Attempts to sign in a minute, of one address and for one name; 0: no limit.
    pub sign_ins_per_minute: u32,
    /// Requests to the public pages a minute, of one address; 0: no limit.
    pub public_per_minute: u32,
    /// Passwords checked at once.
    pub passwords_at_once: usize,
    /// How long a token is good.
    #[serde(with = "runtime::config::duration")]
    pub token_life: Duration,
    /// How long one may stay away and still refresh.
    #[serde(with = "runtime::config::duration")]
    pub refresh_life: Duration,
    /// How long somebody signed in with a browser may stay away.
    #[serde(with = "runtime::config::duration")]
    pub session_idle: Duration,
    /// How long somebody stays signed in with a browser in any case.
    #[serde(with = "runtime::config::duration")]
    pub session_life: Duration,
    /// Whether browsers come by HTTPS.
    pub https: bool,
    /// After how long a new signing key is made.
    #[serde(with = "runtime::config::duration")]
    pub signing_key_life: Duration,
    /// Event streams open at once.
    pub watchers_max: usize,
    /// The same for those who are not signed in, besides.
    pub public_watchers_max: usize,
    /// Events that one slow watcher may be behind before it is dropped.
    pub watcher_buffer: usize,
    /// How often a silent event stream says that it lives.
    #[serde(with = "runtime::config::duration")]
    pub heartbeat: Duration,
    /// Runs of scenarios at once.
    pub scenarios_at_once: usize,
    /// How long a run of scenarios may take.
    #[serde(with = "runtime::config::duration")]
    pub scenarios_time: Duration,
    /// What roles of the organisation's own count as, such as `shop_chief = "leader"`.
    pub roles: BTreeMap<String, String>,
}

impl Section for GatewayConfig {
    const DEFAULTS: &'static str = r#"
# Where HTTP is answered. Port 0: any free one; the log and the standard output of `redress up` say which.
address = "127.0.0.1:8080"
# The organisation of requests that name none, for an installation that holds one. Empty: every sign-in names it.
organisation = ""
# Addresses of proxies in front, whose X-Forwarded-For is believed.
trusted_proxies = []
# The largest JSON body, in bytes. Beyond it: 413.
json_max_bytes = 1048576
# The largest file, in bytes. Beyond it: 413.
file_max_bytes = 26214400
# How long the body of a request may take to come. Beyond it: 408.
read_timeout = "30s"
# How long a service may take to answer. Beyond it: 504, and the same Idempotency-Key tells what became of it.
answer_timeout = "10s"
# Requests handled at once. Beyond it: 503.
concurrent_max = 2048
# Connections held at once; further ones wait to be accepted.
connections_max = 8192
# Uploads handled at once. Beyond it: 503.
uploads_max = 8
# The same for customers, who are not signed in: places of their own, so that they never take those of the staff.
public_uploads_max = 8
# Commands that may wait for one verb of one service. Beyond it: 503.
queue_max = 4096
# The most commands that one request to a service carries.
batch_max = 256
# Requests under way at once for one verb of one service; what comes meanwhile goes with the next.
requests_in_flight = 2
# Requests a second of one signed-in person, with a burst of twice as many. Beyond it: 429. 0: no limit.
person_per_second = 100
# The same for one API key.
feeder_per_second = 20000
# Attempts to sign in a minute, of one address and for one name. Beyond it: 429. 0: no limit.
sign_ins_per_minute = 20
# Requests a minute of one address to what needs no sign-in. Beyond it: 429. 0: no limit.
public_per_minute = 60
# Passwords checked at once: each takes 19 MiB and a tenth of a second of one core.
passwords_at_once = 2
# Runs of scenarios at once: each takes one core for as long as it runs. Beyond it: 503.
scenarios_at_once = 1
# How long a run of scenarios may take; what is not played by then is left out.
scenarios_time = "20s"
# How long a token is good.
token_life = "15m"
# How long one may stay away and still refresh.
refresh_life = "12h"
# How long somebody signed in with a browser may stay away before they sign in again.
session_idle = "30m"
# How long somebody stays signed in with a browser in any case.
session_life = "12h"
# Whether browsers come by HTTPS, which a proxy in front ends: cookies are then sent by HTTPS alone.
https = false
# After how long a new key signs the tokens.
signing_key_life = "720h"
# Event streams open at once. Beyond it: 503.
watchers_max = 2000
# The same for customers: places of their own.
public_watchers_max = 2000
# Events that one watcher may be behind before it is dropped; it comes again with its Last-Event-ID.
watcher_buffer = 256
# How often a silent event stream says that it lives.
heartbeat = "15s"
# What roles of the organisation's own count as at the edge, such as shop_chief = "leader". See src/auth/roles.rs.
[roles]
"#;

    fn check(&self, findings: &mut Findings) {
        let listens = self.address.parse::<SocketAddr>().is_ok();
        findings.require(listens, "address", &self.address, "an address with a port, such as 127.0.0.1:8080");
        if !self.organisation.is_empty() && OrganisationId::new(self.organisation.clone()).is_err() {
            findings.add(
                "organisation",
                &self.organisation,
                "a key of lower-case letters, digits, '-', '_', '.'",
            );
        }
        for proxy in self.trusted_proxies.iter().filter(|proxy| proxy.parse::<IpAddr>().is_err()) {
            findings.add("trusted_proxies", proxy, "addresses without ports");
        }
        for (key, value, least, most) in [
            ("json_max_bytes", self.json_max_bytes, 1024, 1 << 20),
            ("file_max_bytes", self.file_max_bytes, 1024, 1 << 30),
            ("concurrent_max", self.concurrent_max, 1, 1_000_000),
            ("connections_max", self.connections_max, 1, 1_000_000),
            ("uploads_max", self.uploads_max, 1, 1000),
            ("public_uploads_max", self.public_uploads_max, 1, 1000),
            ("queue_max", self.queue_max, 1, 1_000_000),
            ("batch_max", self.batch_max, 1, 1000),
            ("requests_in_flight", self.requests_in_flight, 1, 64),
            ("passwords_at_once", self.passwords_at_once, 1, 64),
            ("scenarios_at_once", self.scenarios_at_once, 1, 16),
            ("watchers_max", self.watchers_max, 1, 1_000_000),
            ("public_watchers_max", self.public_watchers_max, 1, 1_000_000),
            ("watcher_buffer", self.watcher_buffer, 8, 100_000),
        ] {
            let fits = (least..=most).contains(&value);
            findings.require(fits, key, value, format!("{least} to {most}"));
        }
        for (key, value, least) in [
            ("read_timeout", self.read_timeout, Duration::from_millis(100)),
            ("answer_timeout", self.answer_timeout, Duration::from_millis(10)),
            ("token_life", self.token_life, Duration::from_secs(1)),
            ("refresh_life", self.refresh_life, Duration::from_secs(1)),
            ("session_idle", self.session_idle, Duration::from_secs(1)),
            ("session_life", self.session_life, Duration::from_secs(1)),
            ("signing_key_life", self.signing_key_life, Duration::from_secs(3600)),
            ("heartbeat", self.heartbeat, Duration::from_millis(100)),
            ("scenarios_time", self.scenarios_time, Duration::from_millis(10)),
        ] {
            findings.require(value >= least, key, format!("{value:?}"), format!("at least {least:?}"));
        }
        for (role, counts_as) in &self.roles {
            if RoleKey::new(role.clone()).is_err() || crate::auth::roles::grant_of(counts_as).is_none() {
                findings.add(
                    "roles",
                    format!("{role} = {counts_as}"),
                    crate::auth::roles::known().join(", "),
                );
            }
        }
    }
}

impl GatewayConfig {
    /// The organisation of requests that name none.
    #[must_use]
    pub fn default_organisation(&self) -> Option<OrganisationId> {
        OrganisationId::new(self.organisation.clone()).ok()
    }
    /// The proxies that are believed.
    #[must_use]
    pub fn proxies(&self) -> Vec<IpAddr> {
        self.trusted_proxies.iter().filter_map(|proxy| proxy.parse().ok()).collect()
    }
}
