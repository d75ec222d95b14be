//! The services as processes of their own, watched, and their ports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use embedded::{Ended, Program, Supervisor};
use serde::{Deserialize, Serialize};

use super::settings;

/// How long everything may take to be ready.
const READY_PATIENCE: Duration = Duration::from_secs(90);

/// The ports of the parts; the same at every start, so that bookmarks and scrapers keep working.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ports {
    /// Where the gateway answers.
    pub gateway: u16,
    /// Where each part answers health and metrics.
    pub health: BTreeMap<String, u16>,
}

impl Ports {
    /// Reads the ports of a data folder, or chooses free ones; one that somebody else has taken is chosen anew.
    ///
    /// # Errors
    /// When there is no free port or the note cannot be kept.
    pub fn of(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("service-ports.json");
        let noted: Option<Self> =
            std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let mut taken = Vec::new();
        let mut choose = |wish: Option<u16>| -> anyhow::Result<u16> {
            let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
            let mut port = wish.filter(free);
            while port.is_none_or(|port| taken.contains(&port)) {
                port = Some(embedded::free_port()?);
            }
            let port = port.context("no free port")?;
            taken.push(port);
            Ok(port)
        };
        let gateway = choose(noted.as_ref().map(|ports| ports.gateway).or(Some(8080)))?;
        let mut health = BTreeMap::new();
        for part in settings::parts().into_iter().chain(["all"]) {
            let wish = noted.as_ref().and_then(|ports| ports.health.get(part).copied());
            health.insert(part.to_owned(), choose(wish)?);
        }
        let ports = Self { gateway, health };
        std::fs::write(&path, serde_json::to_vec_pretty(&ports)?)?;
        Ok(ports)
    }
}

/// The running services.
pub struct Programs {
    supervisor: Supervisor,
    own: PathBuf,
    config: PathBuf,
    ready: Vec<(String, u16)>,
}

impl Programs {
    /// Starts every part as its own process of the program `own`, or one process with all of them.
    ///
    /// # Errors
    /// When a process cannot be started.
    pub async fn start(
        folder: &Path,
        own: &Path,
        config: &Path,
        ports: &Ports,
        all_in_one: bool,
    ) -> anyhow::Result<Self> {
        let supervisor = Supervisor::open(folder.join("run")).await?;
        let mut programs =
            Self { supervisor, own: own.to_owned(), config: config.to_owned(), ready: Vec::new() };
        for part in if all_in_one { vec!["all"] } else { settings::parts() } {
            let program = programs.program(part, part);
            programs.add(program, ports.health.get(part).copied()).await?;
        }
        Ok(programs)
    }

    /// Starts one more process of `part`, which answers health at a port of its own; gives its name.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn add_replica(&mut self, part: &str) -> anyhow::Result<String> {
        let number = 2 + self.ready.iter().filter(|(name, _)| name.starts_with(&format!("{part}-"))).count();
        let name = format!("{part}-{number}");
        let port = embedded::free_port()?;
        let listen = format!("REDRESS__{}__HTTP__LISTEN", part.to_uppercase());
        let program = self.program(&name, part).env(listen, format!("127.0.0.1:{port}"));
        self.add(program, Some(port)).await?;
        Ok(name)
    }

    fn program(&self, name: &str, part: &str) -> Program {
        Program::new(name, &self.own).arg(part).arg("--config").arg(&self.config)
    }

    async fn add(&mut self, program: Program, health: Option<u16>) -> anyhow::Result<()> {
        let name = program.name.clone();
        self.supervisor.start(program).await.with_context(|| format!("starting {name}"))?;
        self.ready.extend(health.map(|port| (name, port)));
        Ok(())
    }

    /// What keeps them running: for killing one, and for their logs.
    #[must_use]
    pub const fn supervisor(&self) -> &Supervisor {
        &self.supervisor
    }

    /// Waits until every part says that it is ready.
    ///
    /// # Errors
    /// The parts that did not in time, with what they say and where their log is.
    pub async fn wait_ready(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build()?;
        for (part, port) in &self.ready {
            loop {
                let answer = client.get(format!("http://127.0.0.1:{port}/readyz")).send().await;
                let said = match answer {
                    Ok(answer) if answer.status().is_success() => break,
                    Ok(answer) => answer.text().await.unwrap_or_default(),
                    Err(error) => error.to_string(),
                };
                if begun.elapsed() > READY_PATIENCE {
                    let log = self.supervisor.status().into_iter().find(|status| status.name == *part);
                    let log = log.map_or_else(String::new, |status| status.log.display().to_string());
                    anyhow::bail!("{part} is not ready: {said}; its log is {log}");
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(())
    }

    /// Stops all; the names of those that had to be ended by force.
    pub async fn stop(mut self, patience: Duration) -> Vec<String> {
        let report = self.supervisor.stop(patience).await;
        report
            .programs
            .into_iter()
            .filter(|(_, ended)| matches!(ended, Ended::ByForce))
            .map(|(name, _)| name)
            .collect()
    }
}
