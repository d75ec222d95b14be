//! How many complaints a running `redress up` takes, how fast, and what limits it; beside what its PostgreSQL does by
//! itself, in the same minutes. Never a test: it measures and passes no judgement. See README.md.
//!
//! ```text
//!  rounds × connections × { HTTP, NATS command, NATS submission, pgbench }   each a few seconds, then until quiet
//!                                  └─ one paced run ─ acceptance to assignment, from the journals
//!  /proc and /metrics before, between and after ─▶ CPU a complaint, memory, what is busy
//! ```

mod assignment;
mod closed_loop;
mod complaints;
mod entrance;
mod figures;
mod http;
mod installation;
mod limits;
mod measure;
mod metrics;
mod pgbench;
mod processes;
mod quiet;
mod report;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

use entrance::Entrance;

/// What is measured.
#[derive(Debug, Clone, Parser)]
#[command(name = "load", about = "Measures a running `redress up`.")]
struct Options {
    /// The data folder of the running `redress up`.
    #[arg(long, default_value = ".data/redress")]
    data: PathBuf,
    /// How many connections, one run each.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 32, 64])]
    connections: Vec<usize>,
    /// By which ways.
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = Entrance::ALL)]
    ways: Vec<Entrance>,
    /// How long each run lasts, in seconds.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// How often everything is measured, one after the other; the table has the medians.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Complaints a second of the paced run; half of what goes through, when absent.
    #[arg(long)]
    pace: Option<f64>,
    /// How long the paced run lasts, in seconds.
    #[arg(long, default_value_t = 10)]
    paced_seconds: u64,
    /// Leave `pgbench` out.
    #[arg(long)]
    no_pgbench: bool,
}

impl Options {
    fn lasts(&self) -> Duration {
        Duration::from_secs(self.seconds.max(1))
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "what it prints is what it is for")]
async fn main() -> Result<()> {
    let options = Options::parse();
    let measured = measure::all(&options).await?;
    println!("\n{}", report::whole(&measured));
    Ok(())
}
