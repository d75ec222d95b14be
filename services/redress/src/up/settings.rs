//! The configuration file that the embedded installation writes for its parts, from its servers and secrets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use contracts::ServiceName;
use serde_json::json;

use super::secrets::{Secrets, write_private};

/// What the file is made from.
pub struct Servers<'a> {
    /// The NATS address.
    pub nats: String,
    /// The database address of each part that has one.
    pub databases: BTreeMap<String, String>,
    /// Where each part answers health and metrics.
    pub health: &'a BTreeMap<String, u16>,
    /// Where the gateway listens.
    pub gateway: u16,
    /// Whether business time is virtual, and from when.
    pub rehearsal: Option<String>,
    /// The organisation whose customers the pages are for, where nobody names one.
    pub organisation: Option<String>,
}

/// Every part that runs as a process.
#[must_use]
pub fn parts() -> Vec<&'static str> {
    ServiceName::ALL.iter().map(|service| service.as_str()).chain(["gateway"]).collect()
}

/// Writes `redress.toml` and gives its path.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &Path, secrets: &Secrets, servers: &Servers<'_>) -> anyhow::Result<PathBuf> {
    let mut file = serde_json::Map::from_iter([
        ("nats".to_owned(), json!({ "url": servers.nats })),
        ("vault".to_owned(), serde_json::to_value(&secrets.vault)?),
    ]);
    if let Some(start) = &servers.rehearsal {
        file.insert("clock".into(), json!({ "mode": "virtual", "rehearsal": true, "start": start }));
    }
    for part in parts() {
        let mut section = json!({ "nats": { "password": secrets.password(part)? } });
        if let Some(url) = servers.databases.get(part) {
            section["postgres"] = json!({ "url": url });
        }
        if let Some(port) = servers.health.get(part) {
            section["http"] = json!({ "listen": format!("127.0.0.1:{port}") });
        }
        if part == "gateway" {
            section["address"] = json!(format!("127.0.0.1:{}", servers.gateway));
            // Everybody of the demo signs in from this one address.
            section["sign_ins_per_minute"] = json!(600);
            section["public_per_minute"] = json!(600);
            if let Some(organisation) = &servers.organisation {
                section["organisation"] = json!(organisation);
            }
        }
        file.insert(part.to_owned(), section);
    }
    if let Some(port) = servers.health.get("all") {
        file.insert("all".into(), json!({ "http": { "listen": format!("127.0.0.1:{port}") } }));
    }
    file.insert("operator".into(), json!({ "nats": { "password": secrets.password("operator")? } }));

    let path = folder.join("redress.toml");
    write_private(&path, &toml::to_string(&file)?)?;
    Ok(path)
}
