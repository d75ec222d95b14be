//! The whole product for one test, from nothing, in a folder of its own.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use redress::drill::{self, Plan, Worked};
use redress::operator::Operator;
use redress::up::programs::{Ports, Programs};
use redress::up::secrets::Secrets;
use redress::up::servers::{self, Servers};
use redress::up::{demo, settings};
use tempfile::TempDir;
use testkit::proxy::{Proxy, local};
use tokio_util::sync::CancellationToken;

use crate::fault::Fault;

/// How long the stack works undisturbed, first and between two faults.
const UNDISTURBED: Duration = Duration::from_millis(2_500);
/// Drills in which all faults must find room.
const DRILLS: u64 = 4;
const STOP_PATIENCE: Duration = Duration::from_secs(30);

/// How services reach the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wiring {
    /// At their own ports.
    Direct,
    /// Through [`Wires`].
    ThroughProxies,
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
    wires: Option<Wires>,
    access: Plan,
    seed: u64,
    folder: TempDir,
}

impl Stack {
    /// Starts servers and services and loads the demo organisation.
    pub(crate) async fn start(wiring: Wiring) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let program = program()?;
        let folder = embedded::temporary_folder()?;
        let path = folder.path();
        let secrets = Secrets::of(path, &servers::users())?;
        let servers = Servers::start(path, &secrets).await?;
        let ports = Ports::of(path)?;
        let mut places = servers.settings(&secrets, &ports, None)?;
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
        println!("everything runs after {:.1} s", begun.elapsed().as_secs_f64());
        Ok(Self { programs, servers, wires, access, seed: 0, folder })
    }

    /// The wires.
    pub(crate) fn wires(&self) -> anyhow::Result<&Wires> {
        self.wires.as_ref().context("this stack was started without proxies")
    }

    /// Starts one more process of `part` and waits until it is ready; gives its name.
    pub(crate) async fn add_replica(&mut self, part: &str) -> anyhow::Result<String> {
        let name = self.programs.add_replica(part).await?;
        self.programs.wait_ready().await?;
        Ok(name)
    }

    /// Lets everybody work on complaints while `faults` strike one after the other, and draws the balance. When the
    /// work is done before all faults have struck, it begins again with as many complaints.
    pub(crate) async fn drill_through(&mut self, complaints: u32, faults: &[Fault]) -> anyhow::Result<()> {
        let done = self.drill_through_all(complaints, faults).await;
        if done.is_err() {
            self.show_troubles();
            // For whoever looks for the cause; the servers end with this process.
            self.folder.disable_cleanup(true);
            println!("the data stays in {}", self.folder.path().display());
        }
        done
    }

    async fn drill_through_all(&mut self, complaints: u32, faults: &[Fault]) -> anyhow::Result<()> {
        let mut waiting: VecDeque<_> = faults.iter().collect();
        for _ in 0..DRILLS {
            self.seed += 1;
            let plan = Plan { complaints, seed: self.seed, ..self.access.clone() };
            let over = CancellationToken::new();
            let working = async {
                let worked = drill::work(plan).await;
                over.cancel();
                worked
            };
            let (worked, struck) =
                tokio::join!(Box::pin(working), Box::pin(self.strike(&mut waiting, &over)));
            struck?;
            balances(complaints, &worked?).await?;
            if waiting.is_empty() {
                return Ok(());
            }
        }
        anyhow::bail!("{} faults found no room in {DRILLS} drills", waiting.len())
    }

    async fn strike(
        &mut self,
        waiting: &mut VecDeque<&Fault>,
        over: &CancellationToken,
    ) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            if over.run_until_cancelled(tokio::time::sleep(UNDISTURBED)).await.is_none() {
                return Ok(());
            }
            let Some(fault) = waiting.pop_front() else { return Ok(()) };
            println!("{:>7.1} s  {fault}", begun.elapsed().as_secs_f64());
            fault.strike(self).await.with_context(|| fault.to_string())?;
        }
    }

    /// How often the services' logs say `words`.
    pub(crate) fn logged(&self, words: &str) -> usize {
        let logs = self.programs.supervisor().status().into_iter();
        logs.map(|status| std::fs::read_to_string(status.log).unwrap_or_default().matches(words).count())
            .sum()
    }

    /// Prints what the services' logs say of errors.
    fn show_troubles(&self) {
        for status in self.programs.supervisor().status() {
            let log = std::fs::read_to_string(&status.log).unwrap_or_default();
            let errors: Vec<_> = log.lines().filter(|line| line.contains("\"ERROR\"")).collect();
            println!("{}: {} errors, {} restarts", status.name, errors.len(), status.restarts);
            for error in errors.iter().take(8) {
                println!("    {error}");
            }
        }
    }

    /// Stops everything, which must end in order.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let late = self.programs.stop(STOP_PATIENCE).await;
        self.servers.stop().await?;
        ensure!(late.is_empty(), "{late:?} had to be ended by force");
        Ok(())
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

/// Fails unless every complaint was accepted and closed, and everything balances.
async fn balances(complaints: u32, worked: &Worked) -> anyhow::Result<()> {
    let balance = worked.balance().await?;
    ensure!(worked.fed.refused.is_empty(), "registrations were refused: {:?}", worked.fed.refused);
    ensure!(balance.accepted == u64::from(complaints), "{} of {complaints} accepted", balance.accepted);
    ensure!(balance.holds(), "it does not balance: {:?}", balance.counts);
    ensure!(worked.closed == balance.accepted, "{} of {complaints} were closed", worked.closed);
    ensure!(worked.tally.refused.is_empty(), "people were refused: {:?}", worked.tally.refused);
    Ok(())
}
