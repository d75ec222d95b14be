//! The report of a drill: what was done, what was refused, and whether it balances.

use runtime::reconcile::Report;

use super::Worked;
use super::balance::{Balance, Counts};

/// What the streams hold beside the journals, and what they have lost: that is no difference, the journals have it.
fn streams(stores: &Report) -> String {
    let all = stores.in_streams();
    let mut line = format!(
        "{} messages in {} streams: {} not as the journals have them, {} repeats",
        all.messages,
        stores.streams.len(),
        all.differences,
        all.repeats
    );
    for (events, what) in [
        (all.older, "older than what the streams hold"),
        (all.in_holes, "lost in the middle"),
        (all.unexplained, "never there or lost at the end"),
        (all.on_the_way, "on the way"),
    ] {
        if events > 0 {
            line.push_str(&format!(", {events} events {what}"));
        }
    }
    line
}

/// Prints what happened and whether it adds up.
pub(super) fn print(worked: &Worked, balance: &Balance) {
    happened(worked);
    adds_up(balance);
}

#[expect(clippy::print_stdout, reason = "the report is the purpose")]
fn happened(worked: &Worked) {
    let Worked { places, tally, took: (feeding, whole), .. } = worked;
    let complaints: u32 = places.iter().map(|place| place.plan.complaints).sum();
    let seed = places.first().map_or(0, |place| place.plan.seed);
    println!("\ndrill of {complaints} complaints, seed {seed}");
    println!("  accepted in {:.1} s, everything in {:.1} s", feeding.as_secs_f64(), whole.as_secs_f64());
    for (act, times) in &tally.done {
        println!("  {times:>7}  {act}");
    }
    println!("  {:>7}  overtaken by somebody else", tally.overtaken);
    for (what, (times, detail)) in &tally.refused {
        println!("  {times:>7}  REFUSED {what}: {detail}");
    }
    for place in places {
        if place.fed.unread > 0 {
            println!("  {:>7}  rows of the file that could not be read", place.fed.unread);
        }
        for refused in place.fed.refused.iter().take(5) {
            println!("  {}: registration refused: {refused}", place.plan.organisation);
        }
    }
}

#[expect(clippy::print_stdout, reason = "the report is the purpose")]
fn adds_up(balance: &Balance) {
    let Counts { registered, routed, closed, open, ledger, ledger_closed, .. } = balance.counts;
    println!("\nbalance");
    if balance.places.len() > 1 {
        for (organisation, accepted, counts) in &balance.places {
            let Counts { registered, routed, closed, open, .. } = counts;
            println!(
                "  {organisation:<12} accepted {accepted}  registered {registered}  routed {routed}  closed {closed}  \
                 open {open}"
            );
        }
    }
    println!(
        "  accepted {}  registered {registered}  routed {routed}  closed {closed}  open {open}",
        balance.accepted
    );
    println!("  in the ledger {ledger}, closed there {ledger_closed}");
    println!(
        "  {} pairs of stores, {} subjects, {} events in {} chains: {} differences, {} broken chains",
        balance.stores.pairs,
        balance.stores.subjects,
        balance.stores.events,
        balance.stores.chains,
        balance.stores.differences,
        balance.stores.broken_chains
    );
    for finding in balance.stores.findings.iter().take(10) {
        println!("    {finding:?}");
    }
    println!("  {}", streams(&balance.stores));
    for finding in balance.stores.stream_findings.iter().take(10) {
        println!("    {finding:?}");
    }
    for (what, list) in [("lost", &balance.missing), ("given twice", &balance.twice)] {
        for number in list.iter().take(10) {
            println!("  {what}: {number}");
        }
    }
    for line in &balance.under_way {
        println!("  {line}");
    }
    if balance.parked > 0 {
        println!("  parked messages: {} (redress parked list)", balance.parked);
    }
    println!("{}", if balance.holds() { "\nit balances" } else { "\nIT DOES NOT BALANCE" });
}
