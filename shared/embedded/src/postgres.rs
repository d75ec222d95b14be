//! A private PostgreSQL server: made, started, stopped, killed and started again.
//!
//! It listens on 127.0.0.1 only, has no unix socket, and every connection needs a password.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use crate::files::{self, FolderLock};
use crate::lifeline::{Grip, Orphans};
use crate::ports::{self, Ports};
use crate::postgres_cluster::Cluster;
use crate::process::{Inherit, Launch, Process, arg};
use crate::psql::{Psql, SUPERUSER, percent_encoded};
use crate::tools::{PostgresBinaries, ToolSearch, Version, find_postgres};

const PORT: &str = "postgres";
const STOP_PATIENCE: Duration = Duration::from_secs(30);

/// What kind of server is wanted.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// The folder for everything that belongs to this server; made if missing.
    pub data_dir: PathBuf,
    /// A port that it must have; else a free one is chosen and kept.
    pub port: Option<u16>,
    /// `false` for tests: faster, survives the death of the server but not of the machine.
    pub durable: bool,
    /// Most connections at a time.
    pub max_connections: u16,
    /// Shared buffers in MiB.
    pub shared_buffers_mib: u32,
    /// More settings, `("work_mem", "8MB")`; they win over ours.
    pub settings: Vec<(String, String)>,
    /// How long a start may take, recovery included.
    pub start_patience: Duration,
    /// What becomes of the server when our process dies.
    pub orphans: Orphans,
    /// Where to look for the programs; else what the environment says.
    pub tools: Option<ToolSearch>,
}

impl PostgresOptions {
    /// A durable server in this folder, with 200 connections and 128 MiB of shared buffers.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            port: None,
            durable: true,
            max_connections: 200,
            shared_buffers_mib: 128,
            settings: Vec::new(),
            start_patience: Duration::from_secs(60),
            orphans: Orphans::default(),
            tools: None,
        }
    }
}

/// How PostgreSQL is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopMode {
    /// Open transactions are rolled back, everything is written.
    Fast,
    /// At once, without writing; the next start recovers.
    Immediate,
}

/// A running (or stopped, or killed) private PostgreSQL. Dropping it kills the server.
#[derive(Debug)]
pub struct Postgres {
    options: PostgresOptions,
    cluster: Cluster,
    binaries: PostgresBinaries,
    ports: Ports,
    process: Option<Process>,
    _lock: FolderLock,
}

impl Postgres {
    /// Starts the server, making its cluster first if there is none.
    ///
    /// # Errors
    /// If no PostgreSQL is found, the folder is in use by another process, a port that was asked for is
    /// taken, or the server does not get ready in time.
    pub async fn start(options: PostgresOptions) -> Result<Self> {
        let folder = files::data_folder(&options.data_dir)?;
        let lock = FolderLock::take(&folder)?;
        let tools = match &options.tools {
            Some(tools) => tools.clone(),
            None => ToolSearch::from_env(&tool_parents(&folder)),
        };
        let fixed: BTreeMap<_, _> = options.port.map(|port| (PORT.to_owned(), port)).into_iter().collect();
        let ports = Ports::open(&folder, fixed);
        let cluster = Cluster::open(folder).await?;
        let binaries = cluster.executable(find_postgres(&tools, cluster.major()).await?).await?;
        let mut server = Self { options, cluster, binaries, ports, process: None, _lock: lock };
        if server.cluster.major().is_none() {
            server.cluster.create(&server.binaries).await?;
        }
        server.run_on_a_free_port().await?;
        Ok(server)
    }

    async fn run_on_a_free_port(&mut self) -> Result<()> {
        let names = [PORT.to_owned()];
        self.cluster.clear_leftovers().await?;
        for attempt in 1.. {
            self.ports.choose(&names)?;
            let Err(error) = self.run().await else { return Ok(()) };
            let said = format!("{error:#}");
            if attempt == 5 || self.ports.all_fixed(&names) || !ports::says_port_taken(&said) {
                return Err(error);
            }
            self.ports.forget();
        }
        Ok(())
    }

    async fn run(&mut self) -> Result<()> {
        let mut process = Process::start(&self.launch())?;
        let deadline = Instant::now() + self.options.start_patience;
        while !self.cluster.says_ready(process.pid()) {
            if let Some(status) = process.ended() {
                bail!("PostgreSQL ended while starting ({status}): {}", process.output());
            }
            if Instant::now() > deadline {
                let output = process.output();
                process.kill().await?;
                bail!("PostgreSQL was not ready after {:?}: {output}", self.options.start_patience);
            }
            sleep(Duration::from_millis(20)).await;
        }
        self.process = Some(process);
        self.sql("postgres", "select 1").await.context("the new PostgreSQL does not answer")?;
        Ok(())
    }

    fn launch(&self) -> Launch {
        let options = &self.options;
        let mut settings = vec![
            ("port".to_owned(), self.port().to_string()),
            ("listen_addresses".to_owned(), "127.0.0.1".to_owned()),
            ("unix_socket_directories".to_owned(), String::new()),
            ("max_connections".to_owned(), options.max_connections.to_string()),
            ("shared_buffers".to_owned(), format!("{}MB", options.shared_buffers_mib)),
            ("password_encryption".to_owned(), "scram-sha-256".to_owned()),
            ("timezone".to_owned(), "UTC".to_owned()),
            ("log_timezone".to_owned(), "UTC".to_owned()),
            ("log_line_prefix".to_owned(), "%m [%p] %u@%d ".to_owned()),
            ("max_wal_size".to_owned(), "512MB".to_owned()),
            ("jit".to_owned(), "off".to_owned()),
        ];
        if !options.durable {
            // Not synchronous_commit: what was committed must outlive a killed server in tests, too.
            settings.push(("fsync".to_owned(), "off".to_owned()));
            settings.push(("full_page_writes".to_owned(), "off".to_owned()));
        }
        settings.extend(options.settings.iter().cloned());
        let mut args: Vec<OsString> = vec!["-D".into(), arg(&self.cluster.data())];
        for (name, value) in settings {
            args.extend(["-c".into(), format!("{name}={value}").into()]);
        }
        Launch {
            program: self.binaries.bin.join("postgres"),
            args,
            env: Vec::new(),
            inherit: Inherit::Little,
            folder: self.cluster.home.clone(),
            log: self.log(),
            account: self.cluster.account.clone(),
            grip: Grip::PostgresHead,
            orphans: options.orphans,
        }
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.ports.get(PORT).unwrap_or_default()
    }

    /// The version of the server.
    #[must_use]
    pub fn version(&self) -> Version {
        self.binaries.version
    }

    /// The server's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.cluster.folder.join("postgres.log")
    }

    /// PostgreSQL's own data folder, which may lie outside the one that was asked for.
    #[must_use]
    pub fn cluster_dir(&self) -> PathBuf {
        self.cluster.data()
    }

    /// The process number of the server's head, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().and_then(|process| u32::try_from(process.pid().as_raw_nonzero().get()).ok())
    }

    /// Whether the server runs.
    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.ended().is_none())
    }

    /// Waits until the server ends by itself; for ever if it was stopped.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        match self.process.as_mut() {
            Some(process) => process.wait().await,
            None => std::future::pending().await,
        }
    }

    /// The address of a database for a role.
    #[must_use]
    pub fn url(&self, database: &str, user: &str, password: &str) -> String {
        let (user, password) = (percent_encoded(user), percent_encoded(password));
        format!("postgres://{user}:{password}@127.0.0.1:{}/{database}", self.port())
    }

    /// The address of a database for the superuser; for tests and repairs, not for services.
    #[must_use]
    pub fn superuser_url(&self, database: &str) -> String {
        self.url(database, SUPERUSER, &self.cluster.password)
    }

    /// Runs SQL as the superuser through `psql` and answers the rows, columns parted by `|`.
    ///
    /// # Errors
    /// What psql said.
    pub async fn sql(&self, database: &str, sql: &str) -> Result<String> {
        let psql = Psql {
            program: self.binaries.bin.join("psql"),
            port: self.port(),
            password: self.cluster.password.clone(),
        };
        psql.run(database, sql).await
    }

    /// Stops the server. Stopping a stopped one is no fault.
    ///
    /// # Errors
    /// If it survives even SIGKILL.
    pub async fn stop(&mut self, mode: StopMode) -> Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        process.signal(match mode {
            StopMode::Fast => Signal::INT,
            StopMode::Immediate => Signal::QUIT,
        });
        if !process.wait_at_most(STOP_PATIENCE).await {
            tracing::warn!("PostgreSQL did not stop in {STOP_PATIENCE:?} and is killed");
        }
        process.kill().await
    }

    /// Kills the server with all its processes, as a crash would.
    ///
    /// # Errors
    /// If a process survives.
    pub async fn kill(&mut self) -> Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// Stops the server if it runs and starts it again on the same port, recovering if it was killed.
    ///
    /// # Errors
    /// If the port was taken meanwhile or the server does not get ready.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop(StopMode::Fast).await?;
        self.cluster.clear_leftovers().await?;
        ensure!(ports::is_free(self.port()), "port {} was taken by another program", self.port());
        self.run().await
    }

    /// Stops the server and removes its cluster, wherever it lies.
    ///
    /// # Errors
    /// If files cannot be removed.
    pub async fn delete(mut self) -> Result<()> {
        self.stop(StopMode::Immediate).await?;
        self.cluster.delete()
    }
}

/// Tools may lie beside the server's folder or in it.
fn tool_parents(folder: &Path) -> Vec<&Path> {
    folder.parent().into_iter().chain([folder]).collect()
}
