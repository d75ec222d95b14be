//! Configuration: documented defaults, then a file, then the environment; checked whole before anything starts.
//!
//! [`DEFAULTS`] documents every key of the runtime; a service documents its own in its [`Section`]. A file holds the
//! runtime's sections, one section per service with that service's own keys, and in it, as `[routing.postgres]`,
//! what differs for that service alone. Every mistake is reported at once with its path, what was found and what
//! would be right; secrets are never shown.

mod clock;
pub mod duration;
mod finding;
mod housekeeping;
mod http;
mod layers;
mod listen;
mod nats;
mod postgres;
mod relay;
mod shell;
mod shutdown;
mod telemetry;

use std::collections::HashMap;
use std::path::Path;

use contracts::ServiceName;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use vault::{KeyRing, VaultConfig};

pub use clock::{ClockConfig, ClockMode};
pub use finding::{ConfigErrors, Finding, Findings};
pub use housekeeping::HousekeepingConfig;
pub use http::HttpConfig;
pub use listen::ListenConfig;
pub use nats::NatsConfig;
pub use postgres::PostgresConfig;
pub use relay::RelayConfig;
pub use shell::ShellConfig;
pub use shutdown::ShutdownConfig;
pub use telemetry::{LogFormat, TelemetryConfig};

/// Every setting of the runtime, documented, with its default. TOML.
pub const DEFAULTS: &str = include_str!("config/defaults.toml");

/// The parts of Redress that are not services and still have a section in the file.
pub const OTHER_PARTS: &[&str] = &["gateway", "operator", "all"];

/// The settings that every service has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeConfig {
    /// The service's own database.
    pub postgres: PostgresConfig,
    /// The transport.
    pub nats: NatsConfig,
    /// Metrics and health.
    pub http: HttpConfig,
    /// Logs and traces.
    pub telemetry: TelemetryConfig,
    /// Business time.
    pub clock: ClockConfig,
    /// Keys for texts and contact data.
    pub vault: VaultConfig,
    /// The batched shell.
    pub shell: ShellConfig,
    /// Hearing other services.
    pub listen: ListenConfig,
    /// Publishing.
    pub relay: RelayConfig,
    /// What is forgotten in time.
    pub housekeeping: HousekeepingConfig,
    /// Stopping.
    pub shutdown: ShutdownConfig,
}

/// A service's own settings: the keys of the section that bears its name.
pub trait Section: DeserializeOwned {
    /// Every key, documented, with its default. TOML, without the section's own header.
    const DEFAULTS: &'static str;
    /// Notes what is wrong beyond the type of each value.
    fn check(&self, findings: &mut Findings);
}

/// For a service that has no settings of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct NoSettings {}

impl Section for NoSettings {
    const DEFAULTS: &'static str = "";
    fn check(&self, _: &mut Findings) {}
}

/// The configuration of one service.
#[derive(Debug, Clone)]
pub struct ServiceConfig<T> {
    /// What every service has.
    pub runtime: RuntimeConfig,
    /// What it alone has.
    pub service: T,
}

/// Where settings come from, beside the defaults.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sources<'a> {
    /// The configuration file.
    pub file: Option<&'a Path>,
    /// Variables to read in place of the process's environment.
    pub environment: Option<&'a HashMap<String, String>>,
}

/// Reads and checks the configuration of `part`: a service's name or one of [`OTHER_PARTS`].
///
/// # Errors
/// All findings together, or why the file cannot be read.
pub fn load<T: Section>(part: &str, file: Option<&Path>) -> Result<ServiceConfig<T>, ConfigErrors> {
    load_from(part, Sources { file, environment: None })
}

/// [`load`] from given sources.
///
/// # Errors
/// As [`load`].
pub fn load_from<T: Section>(part: &str, sources: Sources<'_>) -> Result<ServiceConfig<T>, ConfigErrors> {
    let mut said = layers::said(sources.file, sources.environment.cloned())?;
    let runtime_defaults = layers::defaults(DEFAULTS)?;
    let own_defaults = layers::defaults(T::DEFAULTS)?;
    let mut out = Vec::new();

    let mut own_said = match said.remove(part) {
        Some(Value::Object(own)) => own,
        Some(_) => {
            out.push(Finding { path: part.into(), found: "a value".into(), expected: "a table".into() });
            Map::new()
        }
        None => Map::new(),
    };
    // What is said for other parts is theirs to judge.
    said.retain(|key, _| !is_part(key));
    let (runtime_said, own_said): (Map<_, _>, Map<_, _>) =
        std::mem::take(&mut own_said).into_iter().partition(|(key, _)| runtime_defaults.contains_key(key));

    let mut runtime = runtime_defaults.clone();
    layers::lay(&mut runtime, &said, "", &mut out);
    layers::lay(&mut runtime, &runtime_said, part, &mut out);
    let mut own = own_defaults.clone();
    if own.is_empty() {
        for key in own_said.keys() {
            let expected = format!("a section of the runtime; {part} has no settings of its own");
            out.push(Finding { path: format!("{part}.{key}"), found: "an unknown key".into(), expected });
        }
    } else {
        layers::lay(&mut own, &own_said, part, &mut out);
    }

    let unread =
        |error: serde_json::Error| ConfigErrors::Layers(config::ConfigError::Foreign(Box::new(error)));
    let mut runtime: RuntimeConfig =
        layers::read(&runtime_defaults, runtime, "", &mut out).map_err(unread)?;
    let service: T = layers::read(&own_defaults, own, part, &mut out).map_err(unread)?;
    if runtime.nats.user.is_empty() {
        runtime.nats.user = part.to_owned();
    }
    runtime.check(part.parse::<ServiceName>().is_ok(), &mut out);
    let mut findings = Findings::of(part);
    service.check(&mut findings);
    out.extend(findings.into_list());
    if out.is_empty() { Ok(ServiceConfig { runtime, service }) } else { Err(ConfigErrors::Findings(out)) }
}

impl RuntimeConfig {
    /// The documented defaults, unchecked: a database and keys are still to be named.
    ///
    /// # Errors
    /// None, unless the compiled-in text is broken, which a test rules out.
    pub fn documented() -> Result<Self, ConfigErrors> {
        let defaults = layers::defaults(DEFAULTS)?;
        serde_json::from_value(Value::Object(defaults))
            .map_err(|error| ConfigErrors::Layers(config::ConfigError::Foreign(Box::new(error))))
    }

    /// Checks what types cannot say. A `service` needs a database and keys; other parts may do without.
    fn check(&self, service: bool, out: &mut Vec<Finding>) {
        let mut section = |name: &str, check: &dyn Fn(&mut Findings)| {
            let mut findings = Findings::of(name);
            check(&mut findings);
            out.extend(findings.into_list());
        };
        section("postgres", &|findings| self.postgres.check(service, findings));
        section("nats", &|findings| self.nats.check(findings));
        section("http", &|findings| self.http.check(findings));
        section("telemetry", &|findings| self.telemetry.check(findings));
        section("clock", &|findings| self.clock.check(findings));
        section("shell", &|findings| self.shell.check(findings));
        section("listen", &|findings| self.listen.check(findings));
        section("relay", &|findings| self.relay.check(findings));
        section("housekeeping", &|findings| self.housekeeping.check(findings));
        section("shutdown", &|findings| self.shutdown.check(findings));
        section("vault", &|findings| self.check_vault(service, findings));
    }

    fn check_vault(&self, service: bool, findings: &mut Findings) {
        let given = !self.vault.keys.is_empty() || !self.vault.index.expose_secret().is_empty();
        if !service && !given {
            return;
        }
        if let Err(errors) = KeyRing::from_config(&self.vault) {
            for error in errors {
                findings.add("keys", "a value that is not shown", error.to_string());
            }
        }
    }
}

/// The documented defaults of `part` as one file: the runtime's sections and its own.
#[must_use]
pub fn documented<T: Section>(part: &str) -> String {
    if T::DEFAULTS.trim().is_empty() {
        return DEFAULTS.to_owned();
    }
    let mut own = String::new();
    // Sub-tables of a service's own defaults become sub-tables of its section.
    for line in T::DEFAULTS.trim().lines() {
        match line.strip_prefix('[') {
            Some(rest) => own.push_str(&format!("[{part}.{rest}\n")),
            None => own.push_str(&format!("{line}\n")),
        }
    }
    format!("{DEFAULTS}\n[{part}]\n{own}")
}

fn is_part(key: &str) -> bool {
    key.parse::<ServiceName>().is_ok() || OTHER_PARTS.contains(&key)
}

#[cfg(test)]
mod tests;
