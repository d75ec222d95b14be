//! The printed report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::entrance::Entrance;
use crate::figures::{median, milliseconds, percentile};
use crate::limits;
use crate::measure::{Measured, Run};
use crate::processes::Taken;

/// Others may take so much of a core, in a run whose absolute figures are worth quoting.
const FOREIGN_MOST: f64 = 0.06;

/// The whole report.
#[must_use]
pub(crate) fn whole(measured: &Measured) -> String {
    let mut text = accepted(measured);
    text.push_str(&assigned(measured));
    text.push_str(&cost(measured));
    text.push_str(&memory(measured));
    text.push_str("\nWHAT LIMITS IT\n");
    for entrance in Entrance::ALL {
        let of =
            measured.runs.iter().filter(|run| run.entrance == entrance && !run.outcome.accepted.is_empty());
        if let Some(run) = of.max_by(|one, other| one.outcome.rate().total_cmp(&other.outcome.rate())) {
            text.push_str(&limits::seen(run));
        }
    }
    text.push_str(&warnings(measured));
    text
}

fn of_shape(measured: &Measured, connections: usize, entrance: Entrance) -> Vec<&Run> {
    let fits = |run: &&Run| run.connections == connections && run.entrance == entrance;
    measured.runs.iter().filter(fits).collect()
}

fn accepted(measured: &Measured) -> String {
    let mut text = String::from(
        "COMPLAINTS ACCEPTED (medians of the rounds; p50 and p99 from sending to receipt)\n\
         connections  way              accepted/s   p50 ms   p99 ms  through/s   CPU ms  | pgbench tx/s   p50 ms   p99 ms  | ratio\n",
    );
    let connections: BTreeSet<usize> = measured.runs.iter().map(|run| run.connections).collect();
    for connections in connections {
        let pgbench = measured.pgbench.get(&connections).map(Vec::as_slice).unwrap_or_default();
        let beside = median(pgbench.iter().map(|(rate, _)| rate.per_second));
        for entrance in Entrance::ALL {
            let runs = of_shape(measured, connections, entrance);
            if runs.is_empty() {
                continue;
            }
            let rate = median(runs.iter().map(|run| run.outcome.rate()));
            let at = |percent: f64| {
                let each = runs.iter().filter_map(|run| percentile(&run.outcome.latencies, percent));
                milliseconds(median(each.map(|micros| micros as f64)))
            };
            let _ = write!(
                text,
                "{connections:>11}  {:<16} {rate:>10.0} {:>8} {:>8} {:>10.0} {:>8.2}  |",
                entrance.name(),
                at(50.0),
                at(99.0),
                median(runs.iter().map(|run| run.through())),
                median(runs.iter().map(|run| run.cpu())),
            );
            let p50 = milliseconds(median(pgbench.iter().map(|(rate, _)| rate.p50 as f64)));
            let p99 = milliseconds(median(pgbench.iter().map(|(rate, _)| rate.p99 as f64)));
            let _ = writeln!(text, " {beside:>12.0} {p50:>8} {p99:>8}  | {:>5.3}", rate / beside);
        }
    }
    text.push_str(
        "through/s: complaints a second until every service had handled everything about them.\n\
         CPU ms: of services, PostgreSQL and NATS, a complaint, until then. ratio: accepted/s to pgbench tx/s.\n",
    );
    text
}

fn assigned(measured: &Measured) -> String {
    let paced = &measured.paced;
    let row = |name: &str, waits: &[u64]| {
        let at = |percent| milliseconds(percentile(waits, percent).map_or(f64::NAN, |micros| micros as f64));
        format!(
            "  {name:<34} {:>8} complaints   p50 {:>8} ms   p99 {:>8} ms\n",
            waits.len(),
            at(50.0),
            at(99.0)
        )
    };
    let mut text = format!(
        "\nFROM ACCEPTANCE TO ASSIGNMENT ({:.0} complaints a second wanted, {:.0} accepted, over HTTP)\n",
        paced.pace,
        paced.outcome.rate()
    );
    text.push_str(&row("sent → receipt", &paced.outcome.latencies));
    text.push_str(&row("registered → first stage entered", &paced.waits.entered));
    text.push_str(&row("registered → first work assigned", &paced.waits.assigned));
    text
}

/// CPU a complaint at the highest number of connections, by process.
fn cost(measured: &Measured) -> String {
    let Some(most) = measured.runs.iter().map(|run| run.connections).max() else { return String::new() };
    let mut text = format!("\nCPU A COMPLAINT at {most} connections, microseconds, until all was quiet\n");
    let mut names = BTreeSet::new();
    let mut columns: Vec<(Entrance, BTreeMap<&String, f64>)> = Vec::new();
    for entrance in Entrance::ALL {
        let runs = of_shape(measured, most, entrance);
        let complaints: usize = runs.iter().map(|run| run.outcome.accepted.len()).sum();
        let mut column = BTreeMap::new();
        for run in runs.iter().filter(|_| complaints > 0) {
            for (name, seconds) in &run.whole.by {
                names.insert(name);
                *column.entry(name).or_default() += 1e6 * seconds / complaints as f64;
            }
        }
        columns.push((entrance, column));
    }
    let _ = writeln!(text, "  {:<26} {:>14} {:>14} {:>16}", "", "HTTP", "NATS command", "NATS submission");
    for name in names {
        let figures: Vec<f64> = columns.iter().map(|(_, column)| *column.get(name).unwrap_or(&0.0)).collect();
        if figures.iter().any(|figure| *figure >= 0.5) {
            let _ =
                writeln!(text, "  {name:<26} {:>14.0} {:>14.0} {:>16.0}", figures[0], figures[1], figures[2]);
        }
    }
    text
}

fn memory(measured: &Measured) -> String {
    let [idle, loaded] = &measured.memory;
    let mut text = String::from("\nRESIDENT MEMORY (PSS, MiB)        before     after\n");
    let mib = |kib: Option<&u64>| kib.map_or(f64::NAN, |kib| *kib as f64 / 1024.0);
    let mut sums = [0.0, 0.0];
    for name in idle.keys().chain(loaded.keys()).collect::<BTreeSet<_>>() {
        let (before, after) = (mib(idle.get(name)), mib(loaded.get(name)));
        if name != "postgres" {
            sums = [sums[0] + before, sums[1] + after];
        }
        let _ = writeln!(text, "  {name:<28} {before:>9.1} {after:>9.1}");
    }
    let _ = writeln!(text, "  {:<28} {:>9.1} {:>9.1}", "together without postgres", sums[0], sums[1]);
    let idle = &measured.idle;
    let _ = writeln!(text, "CPU of the product with nothing to do: {:.1} % of one core", 100.0 * share(idle));
    text
}

fn share(taken: &Taken) -> f64 {
    taken.product() / taken.seconds
}

fn warnings(measured: &Measured) -> String {
    let mut text = String::new();
    let mut failed = BTreeMap::<&String, u64>::new();
    for run in measured.runs.iter().map(|run| &run.outcome).chain([&measured.paced.outcome]) {
        for (why, count) in &run.failed {
            *failed.entry(why).or_default() += count;
        }
    }
    for (why, count) in failed {
        let _ = writeln!(text, "\nNOT ACCEPTED: {count} × {why}");
    }
    let runs = measured.runs.iter().map(|run| run.sending.foreign_share());
    let beside = measured.pgbench.values().flatten().map(|(_, foreign)| *foreign);
    let foreign: Vec<f64> = runs.chain(beside).collect();
    let busy = foreign.iter().filter(|foreign| **foreign > FOREIGN_MOST).count();
    if busy > 0 {
        let _ = writeln!(
            text,
            "\nWARNING: in {busy} of {} runs other programs took more than {:.0} % of a core (median {:.0} %). Absolute\n\
             figures are too low and latencies too high; only the ratio of neighbouring runs means something.",
            foreign.len(),
            100.0 * FOREIGN_MOST,
            100.0 * median(foreign.iter().copied())
        );
    }
    if measured.debug {
        text.push_str(
            "\nWARNING: this program was built without --release; its own cost weighs on every figure.\n",
        );
    }
    text
}
