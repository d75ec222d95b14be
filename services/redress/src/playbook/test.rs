//! `redress playbook test`: scenarios, on the simulator or against the running stack.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Instant;

use simulator::Faults;
use simulator::scenario::{Prepared, Report, Verdict, load, simulate};

use super::{Test, check, live, seeds};

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
    let all = match how.sample {
        Some(most) => spread(all, most),
        None => all,
    };
    if let Some(count) = how.seeds {
        return seeds::run(&all, (how.seed, count), how.jobs);
    }
    let began = Instant::now();
    let verdicts = verdicts(how, &all).await?;
    let report = Report::new(&all, verdicts, began.elapsed());
    writeln!(std::io::stdout().lock(), "{report}")?;
    Ok(if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// At most `most` of `all`, evenly spread: of every folder about as large a share.
fn spread<T>(all: Vec<T>, most: NonZeroUsize) -> Vec<T> {
    let (count, most) = (all.len(), most.get());
    let is_taken = |at: usize| at * most / count != (at + 1) * most / count;
    all.into_iter().enumerate().filter(|(at, _)| count <= most || is_taken(*at)).map(|(_, one)| one).collect()
}

async fn verdicts(how: &Test, all: &[Prepared]) -> anyhow::Result<Vec<Verdict>> {
    if how.live {
        return live::play(all, how.config.as_deref()).await;
    }
    let faults = if how.faults { Faults::ROUGH } else { Faults::NONE };
    Ok(simulate(all, faults, how.seed)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_as_many_as_asked_and_comes_from_everywhere() {
        let of = |count: usize, most: usize| spread((0..count).collect(), NonZeroUsize::new(most).unwrap());
        assert_eq!(of(3, 60), [0, 1, 2]);
        assert_eq!(of(10, 5), [1, 3, 5, 7, 9]);
        for (count, most) in [(143, 60), (61, 60), (250, 60), (7, 1)] {
            let sample = of(count, most);
            assert_eq!(sample.len(), most, "{most} of {count}");
            let gaps = sample.windows(2).map(|pair| pair[1] - pair[0]);
            assert!(gaps.max().unwrap_or(0) <= count.div_ceil(most), "{most} of {count}: {sample:?}");
        }
    }
}
