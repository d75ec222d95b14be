//! `redress playbook test`: scenarios, on the simulator or against the running stack.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use simulator::Faults;
use simulator::scenario::{Prepared, Report, Verdict, load, simulate};

use super::{Test, check, live};

/// Plays the scenarios and prints the report.
///
/// # Errors
/// What stops the run as a whole, such as a stack that does not answer.
pub(super) async fn run(how: &Test) -> anyhow::Result<ExitCode> {
    let all = match load(&how.paths) {
        Ok(all) => all,
        Err(mistakes) => {
            check::print(&mistakes)?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let began = Instant::now();
    let verdicts = verdicts(how, &all).await?;
    let report = Report::new(&all, verdicts, began.elapsed());
    writeln!(std::io::stdout().lock(), "{report}")?;
    Ok(if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn verdicts(how: &Test, all: &[Prepared]) -> anyhow::Result<Vec<Verdict>> {
    if how.live {
        return live::play(all, how.config.as_deref()).await;
    }
    let faults = if how.faults { Faults::ROUGH } else { Faults::NONE };
    Ok(simulate(all, faults, how.seed)?.0)
}
