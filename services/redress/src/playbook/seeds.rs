//! The same scenarios under many seeds of mishaps: every verdict must be the one without any.
//!
//! Each scenario is played by itself under each seed, so that one which does not hold is played again alone, and so that
//! many are played at once. What comes of a seed hangs neither on the other scenarios nor on how many are played at once.

use std::io::Write as _;
use std::num::{NonZeroU64, NonZeroUsize};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use simulator::scenario::{Prepared, simulate};
use simulator::{Faults, Node};

/// More seeds than this that fail are counted and not told.
const MOST_TOLD: usize = 20;

/// A scenario that does not hold under a seed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Failed {
    seed: u64,
    scenario: usize,
    why: Vec<String>,
}

/// Plays all scenarios under `count` seeds from the first on, and tells those under which one does not hold.
///
/// # Errors
/// When nothing can be written.
pub(super) fn run(
    all: &[Prepared],
    (first, count): (u64, NonZeroU64),
    jobs: Option<NonZeroUsize>,
) -> anyhow::Result<ExitCode> {
    let jobs = jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let began = Instant::now();
    let bar = ProgressBar::new(count.get().saturating_mul(all.len() as u64));
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {elapsed}")?);
    let failed = play(all, (first, count.get()), jobs, &|| bar.inc(1));
    bar.finish_and_clear();
    report(all, count, &failed, began.elapsed().as_secs_f64())
}

/// All that does not hold, in the order of the seeds.
fn play(
    all: &[Prepared],
    (first, count): (u64, u64),
    jobs: usize,
    played: &(impl Fn() + Sync),
) -> Vec<Failed> {
    let (next, failed) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let scenarios = all.len() as u64;
    let worker = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count.saturating_mul(scenarios) {
                return;
            }
            let (seed, scenario) = (first.wrapping_add(at / scenarios), at % scenarios);
            let Some((scenario, one)) = all.iter().enumerate().nth(usize::try_from(scenario).unwrap_or(0))
            else {
                return;
            };
            let why = one_seed(one, seed);
            played();
            if !why.is_empty()
                && let Ok(mut failed) = failed.lock()
            {
                failed.push(Failed { seed, scenario, why });
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(worker);
        }
    });
    let mut failed = failed.into_inner().unwrap_or_default();
    failed.sort();
    failed
}

/// What does not hold of a scenario under a seed.
fn one_seed(one: &Prepared, seed: u64) -> Vec<String> {
    match simulate(std::slice::from_ref(one), Faults::ROUGH, seed) {
        Ok((verdicts, simulated)) => {
            let held: usize = simulated.stack().nodes().map(Node::held).sum();
            let held = (held > 0).then(|| format!("{held} messages still wait for their predecessors"));
            verdicts
                .into_iter()
                .flat_map(|verdict| verdict.failures)
                .map(|failure| failure.to_string())
                .chain(held)
                .collect()
        }
        Err(error) => vec![error.to_string()],
    }
}

fn report(all: &[Prepared], count: NonZeroU64, failed: &[Failed], seconds: f64) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    for Failed { seed, scenario, why } in failed.iter().take(MOST_TOLD) {
        let one = &all[*scenario];
        writeln!(out, "FAIL {}  种子 / seed {seed}", one.name)?;
        for why in why {
            writeln!(out, "       {why}")?;
        }
        let file = one.file.display();
        writeln!(out, "       重演 / again: redress playbook test --faults --seed {seed} {file}")?;
    }
    let (scenarios, fell) = (all.len(), failed.len());
    writeln!(
        out,
        "{scenarios} 个场景 × {count} 个种子，{fell} 次不符，{seconds:.2} 秒 / {scenarios} scenarios under {count} seeds, \
         {fell} failed, {seconds:.2} s"
    )?;
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use simulator::scenario::load;

    use super::*;

    fn scenarios(folder: &str) -> Vec<Prepared> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks/scenarios");
        load(&[root.join(folder)]).unwrap()
    }

    #[test]
    fn all_are_played_under_all_seeds_and_hold() {
        let (all, played) = (scenarios("sides"), AtomicU64::new(0));
        let failed = play(&all, (7, 2), 2, &|| {
            played.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(failed, []);
        assert_eq!(played.into_inner(), 2 * all.len() as u64);
    }

    #[test]
    fn the_seed_and_the_scenario_that_fail_are_the_same_however_many_are_played_at_once() {
        let mut all = scenarios("sides");
        // What is expected is no longer so.
        let step = all[1].scenario.steps.iter_mut().find(|step| step.expect.is_some()).unwrap();
        step.expect.as_mut().unwrap().stage = Some("none_of_these".to_owned());
        let of = |jobs| play(&all, (1, 2), jobs, &|| ());
        let failed = of(1);
        assert_eq!(failed.iter().map(|one| (one.seed, one.scenario)).collect::<Vec<_>>(), [(1, 1), (2, 1)]);
        assert_eq!(failed, of(3));
    }
}
