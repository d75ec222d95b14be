//! The order of things: rounds of runs, each followed by a wait until all is quiet; then the paced run.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context, Result};
use bus::Bus;

use crate::Options;
use crate::assignment::{self, Waits};
use crate::closed_loop::{self, Outcome, Shape, Supply};
use crate::entrance::Entrance;
use crate::figures::median;
use crate::installation::Installation;
use crate::metrics::Metrics;
use crate::pgbench::{Pgbench, Rate};
use crate::processes::{Processes, Taken};
use crate::quiet;

/// One run with everything that was seen of it.
pub(crate) struct Run {
    /// By which way.
    pub(crate) entrance: Entrance,
    /// Over so many connections.
    pub(crate) connections: usize,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// How long afterwards all was quiet again.
    pub(crate) drained: Duration,
    /// CPU while complaints were sent.
    pub(crate) sending: Taken,
    /// CPU until all was quiet.
    pub(crate) whole: Taken,
    /// What services said before, after the sending, and when all was quiet.
    pub(crate) metrics: [Metrics; 3],
}

impl Run {
    /// Complaints a second from the first sending until nothing was left to do.
    #[must_use]
    pub(crate) fn through(&self) -> f64 {
        self.outcome.accepted.len() as f64 / (self.outcome.took + self.drained).as_secs_f64()
    }
    /// CPU-milliseconds a complaint, of services, PostgreSQL and NATS, until nothing was left to do.
    #[must_use]
    pub(crate) fn cpu(&self) -> f64 {
        1000.0 * self.whole.product() / self.outcome.accepted.len() as f64
    }
}

/// The run at a moderate pace.
pub(crate) struct Paced {
    /// Complaints a second that were sent.
    pub(crate) pace: f64,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// From acceptance to assignment.
    pub(crate) waits: Waits,
}

/// Everything that was measured.
pub(crate) struct Measured {
    /// The runs.
    pub(crate) runs: Vec<Run>,
    /// `pgbench` at each number of connections, and the CPU that others took beside it.
    pub(crate) pgbench: BTreeMap<usize, Vec<(Rate, f64)>>,
    /// The paced run.
    pub(crate) paced: Paced,
    /// Memory in KiB before any run and after all.
    pub(crate) memory: [BTreeMap<String, u64>; 2],
    /// CPU when nothing was asked of it.
    pub(crate) idle: Taken,
    /// Whether the measuring program itself was built for speed.
    pub(crate) debug: bool,
}

struct Bench {
    at: Installation,
    bus: Bus,
    processes: Processes,
    supply: Supply,
}

/// Measures.
///
/// # Errors
/// When the installation is not running or stops answering.
pub(crate) async fn all(options: &Options) -> Result<Measured> {
    let at = Installation::of(&options.data)?;
    let bus = at.bus("operator").await?;
    let processes = Processes::of(&at.folder, at.postgres_port()?)?;
    let bench = Bench { at, bus, processes, supply: Supply::new() };
    quiet::wait(&bench.bus).await?;
    let (idle, before) = bench.idle().await;
    let pgbench = if options.no_pgbench { None } else { Some(Pgbench::prepare(&bench.at).await?) };
    let measured = tokio::select! {
        measured = bench.rounds(options, pgbench.as_ref()) => measured,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    if let Some(pgbench) = pgbench {
        pgbench.drop_database().await?;
    }
    let (runs, pgbench, paced) = measured?;
    let after = bench.processes.memory();
    Ok(Measured { runs, pgbench, paced, memory: [before, after], idle, debug: cfg!(debug_assertions) })
}

type Rounds = (Vec<Run>, BTreeMap<usize, Vec<(Rate, f64)>>, Paced);

impl Bench {
    async fn idle(&self) -> (Taken, BTreeMap<String, u64>) {
        let begun = self.processes.usage();
        tokio::time::sleep(Duration::from_secs(5)).await;
        (self.processes.usage().since(&begun), self.processes.memory())
    }

    async fn rounds(&self, options: &Options, pgbench: Option<&Pgbench>) -> Result<Rounds> {
        let (mut runs, mut rates) = (Vec::new(), BTreeMap::<usize, Vec<(Rate, f64)>>::new());
        // The first requests make connections, plans and caches; they are not counted.
        for entrance in &options.ways {
            self.run(*entrance, 8, Duration::from_secs(1)).await?;
        }
        for round in 1..=options.rounds {
            for connections in &options.connections {
                for entrance in &options.ways {
                    let run = self.run(*entrance, *connections, options.lasts()).await?;
                    progress(&format!(
                        "round {round}: {:<16} {connections:>3} connections: {:>6.0}/s accepted, {:>6.0}/s through",
                        entrance.name(),
                        run.outcome.rate(),
                        run.through()
                    ));
                    runs.push(run);
                }
                if let Some(pgbench) = pgbench {
                    let begun = self.processes.usage();
                    let rate = pgbench.run(*connections, options.lasts()).await?;
                    let taken = self.processes.usage().since(&begun);
                    progress(&format!(
                        "round {round}: {:<16} {connections:>3} connections: {:>6.0}/s",
                        "pgbench", rate.per_second
                    ));
                    rates.entry(*connections).or_default().push((rate, taken.foreign_share()));
                }
            }
        }
        let through = median(runs.iter().map(Run::through));
        let paced = self.paced(options.pace.unwrap_or(through / 2.0), options.paced_seconds).await?;
        Ok((runs, rates, paced))
    }

    async fn run(&self, entrance: Entrance, connections: usize, lasts: Duration) -> Result<Run> {
        let before = Metrics::of(&self.at).await?;
        let begun = self.processes.usage();
        let shape = Shape { entrance, connections, lasts, pace: None };
        let outcome = closed_loop::run(&self.at, &self.supply, shape).await?;
        let sent = self.processes.usage();
        let between = Metrics::of(&self.at).await?;
        let drained = quiet::wait(&self.bus).await?;
        let whole = self.processes.usage().since(&begun);
        let after = Metrics::of(&self.at).await?;
        let metrics = [before, between, after];
        Ok(Run { entrance, connections, outcome, drained, sending: sent.since(&begun), whole, metrics })
    }

    async fn paced(&self, pace: f64, seconds: u64) -> Result<Paced> {
        progress(&format!("paced: {pace:.0}/s for {seconds} s over HTTP"));
        let shape = Shape {
            entrance: Entrance::Http,
            connections: 8,
            lasts: Duration::from_secs(seconds),
            pace: Some(pace.max(1.0)),
        };
        let outcome = closed_loop::run(&self.at, &self.supply, shape).await?;
        quiet::wait(&self.bus).await?;
        let waits =
            assignment::waits(&self.at, &outcome.accepted).await.context("acceptance to assignment")?;
        Ok(Paced { pace, outcome, waits })
    }
}

fn progress(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
