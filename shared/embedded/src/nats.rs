//! A private nats-server: started from a configuration text, stopped, killed, started again.

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::files::{self, FolderLock};
use crate::lifeline::{Grip, Orphans};
use crate::nats_config::{self, CLIENT, MONITOR};
use crate::nats_storage;
use crate::ports::{self, Ports};
use crate::process::{Inherit, Launch, Process, arg};
use crate::procfs;
use crate::tools::{NatsBinary, ToolSearch, Version, find_nats_server};

const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// What kind of server is wanted.
#[derive(Debug, Clone)]
pub struct NatsOptions {
    /// The folder for everything that belongs to this server; made if missing.
    pub data_dir: PathBuf,
    /// A port for clients that it must have; else a free one is chosen and kept.
    pub port: Option<u16>,
    /// The configuration with `{port}`, `{store_dir}` and, where wanted, `{monitor_port}`, `{data_dir}`
    /// and `{…_port}` of any name left open.
    pub config: String,
    /// How long a start may take, recovery of streams included.
    pub start_patience: Duration,
    /// What becomes of the server when our process dies.
    pub orphans: Orphans,
    /// Where to look for the program; else what the environment says.
    pub tools: Option<ToolSearch>,
}

impl NatsOptions {
    /// A server in this folder with this configuration.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>, config: impl Into<String>) -> Self {
        Self {
            data_dir: data_dir.into(),
            port: None,
            config: config.into(),
            start_patience: Duration::from_secs(60),
            orphans: Orphans::default(),
            tools: None,
        }
    }
}

/// How nats-server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NatsStop {
    /// At once, with everything written.
    Quick,
    /// Clients are asked to go first; takes as long as `lame_duck_duration` in the configuration says.
    LameDuck {
        /// When this has passed, it is stopped quickly.
        patience: Duration,
    },
}

/// A running (or stopped, or killed) private nats-server. Dropping it kills the server.
#[derive(Debug)]
pub struct Nats {
    options: NatsOptions,
    folder: PathBuf,
    binary: NatsBinary,
    ports: Ports,
    process: Option<Process>,
    _lock: FolderLock,
}

impl Nats {
    /// Starts the server and waits until it and its JetStream are healthy.
    ///
    /// # Errors
    /// If no nats-server is found, the folder is in use by another process, a port that was asked for is
    /// taken, the configuration is refused, or the server does not get healthy in time.
    pub async fn start(options: NatsOptions) -> Result<Self> {
        let folder = files::data_folder(&options.data_dir)?;
        let lock = FolderLock::take(&folder)?;
        let tools = match &options.tools {
            Some(tools) => tools.clone(),
            None => ToolSearch::from_env(&[folder.parent().unwrap_or(&folder), &folder]),
        };
        let binary = find_nats_server(&tools).await?;
        let fixed: BTreeMap<_, _> = options.port.map(|port| (CLIENT.to_owned(), port)).into_iter().collect();
        let ports = Ports::open(&folder, fixed);
        let mut server = Self { options, folder, binary, ports, process: None, _lock: lock };
        server.run_on_free_ports().await?;
        Ok(server)
    }

    async fn run_on_free_ports(&mut self) -> Result<()> {
        let names = nats_config::port_names(&self.options.config);
        procfs::stop_leftover(&self.pid_file(), STOP_PATIENCE).await;
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
        let config =
            nats_config::render(&self.options.config, &self.ports, &self.folder, &self.storage_dir())?;
        files::write_private(&self.config_file(), &config)?;
        let mut process = Process::start(&self.launch())?;
        procfs::note(&self.pid_file(), process.pid()).await?;
        let deadline = Instant::now() + self.options.start_patience;
        while !self.is_healthy().await {
            if let Some(status) = process.ended() {
                bail!("nats-server ended while starting ({status}): {}", process.output());
            }
            if Instant::now() > deadline {
                let output = process.output();
                process.kill().await?;
                bail!("nats-server was not healthy after {:?}: {output}", self.options.start_patience);
            }
            sleep(Duration::from_millis(20)).await;
        }
        // Another program's server may have answered while ours failed to get the port.
        sleep(Duration::from_millis(20)).await;
        if let Some(status) = process.ended() {
            bail!("nats-server ended while starting ({status}): {}", process.output());
        }
        self.process = Some(process);
        Ok(())
    }

    fn launch(&self) -> Launch {
        Launch {
            program: self.binary.program.clone(),
            args: vec!["-c".into(), arg(&self.config_file())],
            env: Vec::new(),
            inherit: Inherit::Little,
            folder: self.folder.clone(),
            log: self.log(),
            account: None,
            grip: Grip::Group,
            orphans: self.options.orphans,
        }
    }

    async fn is_healthy(&self) -> bool {
        let port = self.monitor_port();
        let asked = timeout(Duration::from_secs(2), get(port, "/healthz")).await;
        asked.is_ok_and(|answer| answer.is_ok_and(|text| text.contains("\"ok\"")))
    }

    /// What the monitoring port says under a path such as `/varz` or `/jsz`.
    ///
    /// # Errors
    /// If the server does not answer within two seconds, or not with 200.
    pub async fn monitor(&self, path: &str) -> Result<String> {
        timeout(Duration::from_secs(2), get(self.monitor_port(), path)).await.context("no answer")?
    }

    /// The address for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port())
    }

    /// The port for clients.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.named_port(CLIENT).unwrap_or_default()
    }

    /// The port of the monitoring pages.
    #[must_use]
    pub fn monitor_port(&self) -> u16 {
        self.named_port(MONITOR).unwrap_or_default()
    }

    /// The port chosen for a placeholder, `websocket_port` for instance.
    #[must_use]
    pub fn named_port(&self, placeholder: &str) -> Option<u16> {
        self.ports.get(placeholder)
    }

    /// The version of the server.
    #[must_use]
    pub fn version(&self) -> Version {
        self.binary.version
    }

    /// The server's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.join("nats.log")
    }

    /// The folder for JetStream's files.
    #[must_use]
    pub fn storage_dir(&self) -> PathBuf {
        self.folder.join("storage")
    }

    fn config_file(&self) -> PathBuf {
        self.folder.join("nats.conf")
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.join("nats.pid")
    }

    /// The process number, while it runs.
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

    /// Stops the server. Stopping a stopped one is no fault.
    ///
    /// # Errors
    /// If it survives even SIGKILL.
    pub async fn stop(&mut self, how: NatsStop) -> Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        if let NatsStop::LameDuck { patience } = how {
            process.signal(Signal::USR2);
            process.wait_at_most(patience).await;
        }
        process.signal(Signal::TERM);
        if !process.wait_at_most(STOP_PATIENCE).await {
            tracing::warn!("nats-server did not stop in {STOP_PATIENCE:?} and is killed");
        }
        process.kill().await?;
        fs::remove_file(self.pid_file()).ok();
        Ok(())
    }

    /// Kills the server, as a crash would.
    ///
    /// # Errors
    /// If it survives.
    pub async fn kill(&mut self) -> Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// Stops the server if it runs and starts it again on the same ports.
    ///
    /// # Errors
    /// If a port was taken meanwhile or the server does not get healthy.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop(NatsStop::Quick).await?;
        for name in nats_config::port_names(&self.options.config) {
            let port = self.named_port(&name).unwrap_or_default();
            ensure!(ports::is_free(port), "port {port} was taken by another program");
        }
        self.run().await
    }

    /// Removes everything JetStream has stored. The server must be stopped.
    ///
    /// # Errors
    /// If it runs or files cannot be removed.
    pub fn delete_storage(&mut self) -> Result<()> {
        self.ensure_stopped()?;
        let storage = self.storage_dir();
        if storage.exists() {
            fs::remove_dir_all(&storage).with_context(|| format!("{} stays", storage.display()))?;
        }
        Ok(())
    }

    /// Cuts `bytes` off the block file that was written last, as a disk that lost its last writes, and
    /// answers which file. The server must be stopped or killed.
    ///
    /// # Errors
    /// If it runs or nothing is stored.
    pub fn truncate_last_block(&mut self, bytes: u64) -> Result<PathBuf> {
        self.ensure_stopped()?;
        nats_storage::truncate_last_block(&self.storage_dir(), bytes)
    }

    fn ensure_stopped(&mut self) -> Result<()> {
        ensure!(!self.is_running(), "nats-server runs: stop or kill it before touching its files");
        Ok(())
    }

    /// The data folder.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.folder
    }
}

/// One plain HTTP request; the answer's body if it is 200.
async fn get(port: u16, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
    ensure!(head.split_whitespace().nth(1) == Some("200"), "{path}: {}", head.lines().next().unwrap_or(""));
    Ok(body.to_owned())
}
