//! What limits it: said from what was seen, not from what was expected.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use contracts::ServiceName;

use crate::measure::Run;
use crate::metrics::Batches;
use crate::processes::{LOAD, Taken};

/// A writer, or the machine, that is busy for more than this share of the time is taken for the limit.
const FULL: f64 = 0.85;

/// Who took the CPU, the batches of each service, and the sentence that follows.
#[must_use]
pub(crate) fn seen(run: &Run) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "While {} connections sent by {}:", run.connections, run.entrance.name());
    text.push_str(&shares(&run.sending));
    text.push_str(&batches(run, 0, 1, run.sending.seconds));
    let _ = writeln!(text, "\n  {}", verdict(run));
    text
}

/// CPU by process, in percent of one core.
fn shares(taken: &Taken) -> String {
    let mut by: Vec<(&String, f64)> =
        taken.by.iter().map(|(name, spent)| (name, 100.0 * spent / taken.seconds)).collect();
    by.sort_by(|one, other| other.1.total_cmp(&one.1));
    let shown = by.iter().filter(|(_, share)| *share >= 1.0);
    let shown: Vec<String> = shown.map(|(name, share)| format!("{name} {share:.0} %")).collect();
    format!(
        "  CPU, of one core: {}\n  together {:.0} % of {} cores; other programs {:.0} %\n",
        shown.join(", "),
        100.0 * taken.all_share() / cores(),
        cores(),
        100.0 * taken.foreign_share()
    )
}

fn cores() -> f64 {
    std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64)
}

/// The batches of each service between two of the run's looks at the metrics.
fn batches(run: &Run, from: usize, to: usize, seconds: f64) -> String {
    let mut text = format!(
        "  {:<14} {:>16} {:>16} {:>22} {:>16}\n",
        "service", "inputs a batch", "ms a batch", "writer busy, % of time", "events said"
    );
    for service in ServiceName::ALL {
        let seen = Batches::between(&run.metrics[from], &run.metrics[to], service.as_str(), seconds);
        let label = format!("service=\"{service}\"");
        let said = run.metrics[to].growth(&run.metrics[from], "redress_events_said_total", &label);
        let _ = writeln!(
            text,
            "  {:<14} {:>16.1} {:>16.2} {:>22.0} {:>16.0}",
            service.as_str(),
            seen.inputs,
            seen.milliseconds,
            100.0 * seen.share,
            said
        );
    }
    let gateway = |look: &str| {
        run.metrics[to].growth(&run.metrics[from], &format!("redress_gateway_batch_commands_{look}"), "")
    };
    if gateway("count") > 0.0 {
        let _ = writeln!(
            text,
            "  the gateway sent {:.1} commands in a request",
            gateway("sum") / gateway("count")
        );
    }
    text
}

/// What limits this run.
fn verdict(run: &Run) -> String {
    let machine = run.sending.all_share() / cores();
    let writer = |service: ServiceName| {
        Batches::between(&run.metrics[0], &run.metrics[1], service.as_str(), run.sending.seconds).share
    };
    let intake = writer(ServiceName::Intake);
    if machine >= FULL {
        let groups = grouped(&run.sending);
        let total: f64 = groups.values().sum::<f64>() + run.sending.foreign;
        let mut sorted: Vec<_> = groups.into_iter().collect();
        sorted.sort_by(|one, other| other.1.total_cmp(&one.1));
        let most =
            sorted.iter().take(4).map(|(name, spent)| format!("{name} {:.0} %", 100.0 * spent / total));
        return format!(
            "The machine's CPU limits: {:.0} % of it is used. Of that: {}; other programs {:.0} %.",
            100.0 * machine,
            most.collect::<Vec<_>>().join(", "),
            100.0 * run.sending.foreign / total
        );
    }
    if intake >= FULL {
        return format!(
            "Intake's writer limits: it has a batch in hand {:.0} % of the time, and the machine has CPU to spare.",
            100.0 * intake
        );
    }
    "Neither CPU nor a writer is full: a complaint waits for hops and for the disk. More connections give more."
        .to_owned()
}

/// CPU-seconds by what they were for.
fn grouped(taken: &Taken) -> BTreeMap<&'static str, f64> {
    let mut groups = BTreeMap::new();
    for (name, spent) in &taken.by {
        let group = match name.as_str() {
            LOAD => "the load generator",
            "gateway" => "gateway",
            "intake" => "intake",
            "nats-server" => "NATS",
            "kernel threads" => "the kernel's threads",
            name if name.starts_with("postgres") => "PostgreSQL",
            _ => "the other services",
        };
        *groups.entry(group).or_default() += spent;
    }
    groups
}
