//! The whole product for one test, from nothing, in a folder of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use redress::drill::Plan;
use redress::operator::Operator;
use redress::up::programs::{Ports, Programs};
use redress::up::secrets::Secrets;
use redress::up::servers::{self, Servers};
use redress::up::{demo, settings, spread};
use tempfile::TempDir;
use testkit::proxy::{Proxy, local};

use crate::feeder::Feeder;

const STOP_PATIENCE: Duration = Duration::from_secs(30);
/// What no log may say: that a program is wrong, or did not stop in order.
const DEFECTS: [&str; 2] = ["a panic: this is a defect", "late; given up"];

/// How services reach the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wiring {
    /// At their own ports.
    Direct,
    /// Through [`Wires`].
    ThroughProxies,
}

/// Who works in a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Organisations {
    /// The demo organisation.
    Demo,
    /// It, and an organisation for every playbook.
    EveryPlaybook,
}

/// The wires to the servers.
#[derive(Debug)]
pub(crate) struct Wires {
    pub(crate) nats: Proxy,
    pub(crate) postgres: Proxy,
}

/// Everything that runs, and where its data lies. Dropping it kills all of it.
pub(crate) struct Stack {
    pub(crate) programs: Programs,
    pub(crate) servers: Servers,
    /// How to reach it as the people and the operator do; a drill of no complaints.
    pub(crate) access: Plan,
    /// The same of the organisations that work by one playbook each; none with [`Organisations::Demo`].
    pub(crate) others: Vec<Plan>,
    /// Who hands complaints in through NATS; away while a drill has it.
    pub(crate) feeder: Option<Feeder>,
    wires: Option<Wires>,
    /// The database of each part.
    databases: BTreeMap<String, String>,
    /// How often each program was killed.
    killed: BTreeMap<String, u32>,
    folder: TempDir,
}

impl Stack {
    /// Starts servers and services and loads the organisations.
    pub(crate) async fn start(wiring: Wiring, organisations: Organisations) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let program = program()?;
        // For whoever looks for the cause of a failure: it goes only when the test has passed.
        let mut folder = embedded::temporary_folder()?;
        folder.disable_cleanup(true);
        println!("the data is in {}", folder.path().display());
        let path = folder.path();
        let secrets = Secrets::of(path, &servers::users())?;
        let servers = Servers::start(path, &secrets).await?;
        let ports = Ports::of(path)?;
        let mut places = servers.settings(&secrets, &ports, None)?;
        let database = |url: &String| url.rsplit('/').next().unwrap_or_default().to_owned();
        let databases = places.databases.iter().map(|(part, url)| (part.clone(), database(url))).collect();
        let wires = match wiring {
            Wiring::Direct => None,
            Wiring::ThroughProxies => Some(Wires::before(&servers, &mut places).await?),
        };
        let config = settings::write(path, &secrets, &places)?;
        let mut programs = Programs::start(path, &program, &config, &ports, false).await?;
        programs.wait_ready().await?;
        let operator = Operator::connect(Some(&config)).await?;
        let playbooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/playbooks");
        let demo = demo::load(&operator, (path, &config), &playbooks, &secrets.demo_password).await?;
        let access = demo.plan(ports.gateway, &config, &secrets.demo_password);
        let others = match organisations {
            Organisations::Demo => Vec::new(),
            Organisations::EveryPlaybook => {
                Box::pin(spread::load(&operator, path, &playbooks, &access)).await?
            }
        };
        let password = secrets.password("feeder")?;
        let feeder = Feeder::connect(&places.nats, password, access.organisation.clone()).await?;
        println!("everything runs after {:.1} s", begun.elapsed().as_secs_f64());
        let (feeder, killed) = (Some(feeder), BTreeMap::new());
        Ok(Self { programs, servers, access, others, feeder, wires, databases, killed, folder })
    }

    /// The wires.
    pub(crate) fn wires(&self) -> anyhow::Result<&Wires> {
        self.wires.as_ref().context("this stack was started without proxies")
    }

    /// How many complaints intake has, asked of PostgreSQL itself: no service and no wire has a part in the answer.
    pub(crate) async fn registered(&self) -> anyhow::Result<u64> {
        self.rows("intake", "complaint").await
    }

    /// How many cases the ledger has; asked in the same way.
    pub(crate) async fn in_ledger(&self) -> anyhow::Result<u64> {
        self.rows("analytics", "case_fact").await
    }

    async fn rows(&self, part: &str, table: &str) -> anyhow::Result<u64> {
        let database = self.databases.get(part).with_context(|| format!("{part} has no database"))?;
        let count = self.servers.postgres.sql(database, &format!("select count(*) from {table}")).await?;
        Ok(count.trim().parse()?)
    }

    /// Starts one more process of `part` and waits until it is ready; gives its name.
    pub(crate) async fn add_replica(&mut self, part: &str) -> anyhow::Result<String> {
        let name = self.programs.add_replica(part).await?;
        self.programs.wait_ready().await?;
        Ok(name)
    }

    /// Kills the process of this name and waits until its supervisor has started it again.
    pub(crate) async fn kill(&mut self, name: &str, patience: Duration) -> anyhow::Result<()> {
        let supervisor = self.programs.supervisor();
        let before = supervisor.wait_for(name, |_| true).await?.restarts;
        supervisor.kill(name).await?;
        *self.killed.entry(name.to_owned()).or_default() += 1;
        let back = supervisor.wait_for(name, |status| status.restarts > before);
        tokio::time::timeout(patience, back)
            .await
            .with_context(|| format!("{name} was not started again"))??;
        Ok(())
    }

    /// How often the services' logs say `words`.
    pub(crate) fn logged(&self, words: &str) -> usize {
        self.logs().iter().map(|log| read(log).matches(words).count()).sum()
    }

    fn logs(&self) -> Vec<PathBuf> {
        self.programs.supervisor().status().into_iter().map(|status| status.log).collect()
    }

    /// Prints what the services' logs say of errors.
    pub(crate) fn show_troubles(&self) {
        for status in self.programs.supervisor().status() {
            let log = read(&status.log);
            let errors: Vec<_> = log.lines().filter(|line| line.contains("\"ERROR\"")).collect();
            println!("{}: {} errors, {} restarts", status.name, errors.len(), status.restarts);
            for error in errors.iter().take(8) {
                println!("    {error}");
            }
        }
    }

    /// Stops everything, which must end in order; and nothing may have gone wrong that nobody looked at.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let (logs, unasked) = (self.logs(), self.unasked_restarts());
        let Self { programs, servers, mut folder, .. } = self;
        let late = programs.stop(STOP_PATIENCE).await;
        servers.stop().await?;
        let defects = logs.iter().flat_map(|log| DEFECTS.map(|defect| (log, defect)));
        let said: Vec<_> = defects.filter(|(log, defect)| read(log).contains(defect)).collect();
        ensure!(
            late.is_empty() && unasked.is_empty() && said.is_empty(),
            "ended by force: {late:?}; ended by themselves: {unasked:?}; logs with defects: {said:?}"
        );
        folder.disable_cleanup(false);
        Ok(())
    }

    /// Programs that were started again more often than they were killed.
    fn unasked_restarts(&self) -> Vec<String> {
        let status = self.programs.supervisor().status().into_iter();
        let killed = |name: &str| self.killed.get(name).copied().unwrap_or_default();
        status.filter(|status| status.restarts > killed(&status.name)).map(|status| status.name).collect()
    }
}

impl Wires {
    /// Puts a proxy before each server, and the proxies' addresses into the services' settings.
    async fn before(servers: &Servers, places: &mut settings::Servers<'_>) -> anyhow::Result<Self> {
        let (nats, postgres) = (servers.nats.port(), servers.postgres.port());
        let wires =
            Self { nats: Proxy::start(local(nats)).await?, postgres: Proxy::start(local(postgres)).await? };
        let place = |port: u16| format!("127.0.0.1:{port}");
        places.nats = places.nats.replace(&place(nats), &place(wires.nats.port()));
        for url in places.databases.values_mut() {
            *url = url.replace(&place(postgres), &place(wires.postgres.port()));
        }
        Ok(wires)
    }
}

fn read(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

/// The program that runs as services: cargo puts it beside the tests' folder.
fn program() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let program = own.parent().and_then(Path::parent).context("the test has no folder")?.join("redress");
    ensure!(
        program.exists(),
        "{} is not there: `cargo build --bin redress` makes it, and deploy/test does so first",
        program.display()
    );
    Ok(program)
}
