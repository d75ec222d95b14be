//! `redress rebuild`: the read models anew from the journals, while work goes on.
//!
//! Heads and rows of analytics are forgotten in one transaction; comparing heads with the sources then brings
//! everything back through the same path as a delivered message.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use runtime::config::{NoSettings, load};
use secrecy::ExposeSecret as _;

use crate::operator::Operator;

/// How it is asked for.
#[derive(Debug, clap::Args)]
pub struct Ask {
    /// The configuration file.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Seconds that the rebuilding may take.
    #[arg(long, default_value_t = 600)]
    patience: u64,
}

/// Rebuilds, and waits until the ledger is level with the sources again.
///
/// # Errors
/// When the store or a service is out of reach.
#[expect(clippy::print_stdout, reason = "the account is the purpose")]
pub async fn run(ask: Ask) -> anyhow::Result<ExitCode> {
    let config = load::<NoSettings>("analytics", ask.config.as_deref())?.runtime;
    let pool = sqlx::PgPool::connect(config.postgres.url.expose_secret()).await?;
    let operator = Operator::connect(ask.config.as_deref()).await?;
    let begun = Instant::now();
    let forgotten = analytics::rebuild::begin(&pool).await?;
    println!("{forgotten} cases forgotten; they come back from the journals");
    let report = crate::reconcile::all(&operator, Duration::from_secs(ask.patience)).await?;
    let differences = report.differences + report.in_streams().differences;
    println!("rebuilt in {:.1} s, {differences} differences", begun.elapsed().as_secs_f64());
    Ok(if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
