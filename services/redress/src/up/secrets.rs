//! The secrets of an embedded installation: made once, kept readable by us alone.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// Everything secret about one data folder.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    /// The password of each part, for its database and for NATS.
    pub passwords: BTreeMap<String, String>,
    /// The vault's keys, as the configuration file has them.
    pub vault: toml::Value,
    /// The password that the demo organisation's people sign in with.
    pub demo_password: String,
}

impl Secrets {
    /// Reads the secrets of the data folder, or makes them at the first start; parts that are new get theirs.
    ///
    /// # Errors
    /// When the file cannot be read or written, or the operating system gives no randomness.
    pub fn of(folder: &Path, parts: &[&str]) -> anyhow::Result<Self> {
        let path = folder.join("secrets.toml");
        let mut secrets = if path.exists() {
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            toml::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?
        } else {
            let vault = vault::VaultConfig::generate()?;
            Self {
                passwords: BTreeMap::new(),
                vault: toml::Value::try_from(vault.exposed())?,
                demo_password: random_text::<6>()?,
            }
        };
        for part in parts {
            if !secrets.passwords.contains_key(*part) {
                secrets.passwords.insert((*part).to_owned(), random_text::<24>()?);
            }
        }
        write_private(&path, &toml::to_string(&secrets)?)?;
        Ok(secrets)
    }

    /// The password of `part`.
    ///
    /// # Errors
    /// When there is none, which would be a defect.
    pub fn password(&self, part: &str) -> anyhow::Result<&str> {
        self.passwords.get(part).map(String::as_str).with_context(|| format!("no password for {part}"))
    }
}

/// Writes a file that only its owner can read, whole or not at all.
///
/// # Errors
/// What the file system says.
pub fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    let fresh = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .with_context(|| format!("writing {}", fresh.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&fresh, path).with_context(|| format!("writing {}", path.display()))
}

fn random_text<const BYTES: usize>() -> anyhow::Result<String> {
    Ok(hex::encode(vault::random_bytes::<BYTES>()?))
}
