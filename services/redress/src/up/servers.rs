//! The private PostgreSQL and nats-server of a data folder.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use embedded::{Nats, NatsOptions, NatsStop, Postgres, PostgresOptions, StopMode};

use runtime::permissions;

use super::programs::Ports;
use super::secrets::Secrets;
use super::settings;

/// Both servers, running.
pub struct Servers {
    /// One database a service, and the gateway's.
    pub postgres: Postgres,
    /// The streams, and the way of every request.
    pub nats: Nats,
}

/// The file that marks a folder as ours, so that `--fresh` never empties another.
const MARK: &str = "redress-data";

/// Everybody who has a password: parts with a database, and the other NATS users.
#[must_use]
pub fn users() -> Vec<&'static str> {
    settings::parts().into_iter().chain(["operator", "feeder"]).collect()
}

/// Empties a data folder.
///
/// # Errors
/// When the folder holds something and is not one of ours, or cannot be emptied.
pub async fn forget(folder: &Path) -> anyhow::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.peekable();
    if entries.peek().is_none() {
        return Ok(());
    }
    anyhow::ensure!(
        folder.join(MARK).exists(),
        "{} is not a data folder of Redress; it stays as it is",
        folder.display()
    );
    drop(embedded::Supervisor::open(folder.join("run")).await?); // stops what an earlier run left behind
    if folder.join("postgres").exists() {
        Postgres::start(PostgresOptions::new(folder.join("postgres"))).await?.delete().await?;
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) }
            .with_context(|| format!("removing {}", path.display()))?;
    }
    Ok(())
}

impl Servers {
    /// Starts both; the first time with a database and a role for each part.
    ///
    /// # Errors
    /// What kept a server from starting.
    pub async fn start(folder: &Path, secrets: &Secrets) -> anyhow::Result<Self> {
        std::fs::write(folder.join(MARK), "the data of one Redress; `redress up --fresh` empties it\n")?;
        let mut options = PostgresOptions::new(folder.join("postgres"));
        options.durable = true;
        let postgres = Postgres::start(options).await.context("PostgreSQL could not be started")?;
        let passwords = |user: &str| secrets.passwords.get(user).cloned().unwrap_or_default();
        let roles = permissions::postgres_roles_with(passwords).context("the roles cannot be made")?;
        postgres.sql("postgres", &roles).await.context("the databases cannot be made")?;
        let config =
            permissions::nats_config_with(passwords).context("the NATS configuration cannot be made")?;
        let nats = Nats::start(NatsOptions::new(folder.join("nats"), config)).await;
        Ok(Self { postgres, nats: nats.context("nats-server could not be started")? })
    }

    /// Where PostgreSQL is, for a person.
    #[must_use]
    pub fn postgres_place(&self) -> String {
        format!("{} on 127.0.0.1:{}, one database a service", self.postgres.version(), self.postgres.port())
    }

    /// Where NATS is, for a person.
    #[must_use]
    pub fn nats_place(&self) -> String {
        format!(
            "{} on 127.0.0.1:{}, monitoring on {}",
            self.nats.version(),
            self.nats.port(),
            self.nats.monitor_port()
        )
    }

    /// What the configuration file says about them.
    ///
    /// # Errors
    /// A part without a password, which would be a defect.
    pub fn settings<'a>(
        &self,
        secrets: &Secrets,
        ports: &'a Ports,
        rehearsal: Option<String>,
    ) -> anyhow::Result<settings::Servers<'a>> {
        let mut databases = BTreeMap::new();
        for part in permissions::databases() {
            let name = permissions::database_of(&part);
            let url = self.postgres.url(&name, &name, secrets.password(&part)?);
            databases.insert(part, url);
        }
        Ok(settings::Servers {
            nats: self.nats.url(),
            databases,
            health: &ports.health,
            gateway: ports.gateway,
            rehearsal,
            organisation: None,
        })
    }

    /// Waits until a server ends by itself, and starts it again.
    ///
    /// # Errors
    /// When it does not start again.
    pub async fn revive(&mut self) -> anyhow::Result<()> {
        tokio::select! {
            ended = self.postgres.ended() => {
                tracing::warn!(status = ?ended?, "PostgreSQL ended; starting it again");
                self.postgres.restart().await
            }
            ended = self.nats.ended() => {
                tracing::warn!(status = ?ended?, "nats-server ended; starting it again");
                self.nats.restart().await
            }
        }
    }

    /// Stops both.
    ///
    /// # Errors
    /// When one does not stop.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.nats.stop(NatsStop::Quick).await?;
        self.postgres.stop(StopMode::Fast).await
    }
}
