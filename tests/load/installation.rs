//! A running `redress up`, as its data folder describes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bus::{Bus, BusOptions};
use contracts::OrganisationId;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What the load needs to know of it.
pub(crate) struct Installation {
    /// The data folder.
    pub(crate) folder: PathBuf,
    /// The gateway, as address and port.
    pub(crate) gateway: String,
    /// The organisation that complaints are for.
    pub(crate) organisation: OrganisationId,
    /// The API key of the feeder.
    pub(crate) feeder_key: String,
    /// Where each part answers health and metrics.
    pub(crate) health: BTreeMap<String, u16>,
    settings: toml::Table,
    passwords: BTreeMap<String, String>,
}

impl Installation {
    /// Reads the data folder.
    ///
    /// # Errors
    /// When it is not that of a `redress up`.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize().with_context(|| format!("there is no {}", folder.display()))?;
        let access: Value = read_json(&folder.join("drill.json"))?;
        let ports: Value = read_json(&folder.join("service-ports.json"))?;
        let text = |value: &Value, name: &str| {
            value[name].as_str().map(str::to_owned).with_context(|| format!("drill.json has no {name}"))
        };
        let secrets = read_toml(&folder.join("secrets.toml"))?;
        let passwords = secrets.get("passwords").cloned().context("secrets.toml has no passwords")?;
        Ok(Self {
            gateway: text(&access, "gateway")?.trim_start_matches("http://").to_owned(),
            organisation: serde_json::from_value(access["organisation"].clone())?,
            feeder_key: text(&access, "feeder_key")?,
            health: serde_json::from_value(ports["health"].clone())?,
            settings: read_toml(&folder.join("redress.toml"))?,
            passwords: passwords.try_into()?,
            folder,
        })
    }

    /// Connects to NATS as `user`.
    ///
    /// # Errors
    /// A user without a password, or NATS out of reach.
    pub(crate) async fn bus(&self, user: &str) -> Result<Bus> {
        let url = self.settings["nats"]["url"].as_str().context("redress.toml has no nats.url")?;
        let password = self.passwords.get(user).with_context(|| format!("{user} has no password"))?;
        let options = BusOptions::new(url, user).signed_in(user, SecretString::from(password.clone()));
        Ok(Bus::connect(options).await?)
    }

    /// The address of the database of `part`.
    ///
    /// # Errors
    /// When the configuration has none.
    pub(crate) fn database(&self, part: &str) -> Result<&str> {
        let section = self.settings.get(part).and_then(|part| part.get("postgres"));
        let url = section.and_then(|section| section.get("url")).and_then(toml::Value::as_str);
        url.with_context(|| format!("redress.toml has no {part}.postgres.url"))
    }

    /// The port of the PostgreSQL server that holds all databases.
    ///
    /// # Errors
    /// As [`Self::database`].
    pub(crate) fn postgres_port(&self) -> Result<u16> {
        let options: sqlx::postgres::PgConnectOptions = self.database("intake")?.parse()?;
        Ok(options.get_port())
    }

    /// The password of PostgreSQL's superuser.
    ///
    /// # Errors
    /// When the folder does not have it.
    pub(crate) fn superuser_password(&self) -> Result<String> {
        let path = self.folder.join("postgres/superuser-password");
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(text.trim().to_owned())
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading {}: is `redress up` running there?", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} cannot be read", path.display()))
}

fn read_toml(path: &Path) -> Result<toml::Table> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    text.parse().with_context(|| format!("{} cannot be read", path.display()))
}
