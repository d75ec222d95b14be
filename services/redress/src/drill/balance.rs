//! The balance of a drill: accepted = registered = routed = closed + open, nothing lost, nothing twice, every chain
//! whole, every listener level, nothing in the streams but what the journals have.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use contracts::commands::intake::Receipt;
use contracts::{ComplaintId, OrganisationId, ServiceName, queries};
use runtime::reconcile::Report;
use runtime::requests::builtin::Status;
use serde_json::{Value, json};

use super::Plan;
use super::feed::Fed;
use super::people::Tally;
use crate::operator::Operator;

/// How long listeners may take to become level.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the stores count, or how that changed: a case of an earlier drill may be closed in a later one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Complaints that intake registered.
    pub registered: i64,
    /// Cases that routing opened.
    pub routed: i64,
    /// Cases that routing closed.
    pub closed: i64,
    /// Cases that routing has open, parked ones included.
    pub open: i64,
    /// Cases in the ledger.
    pub ledger: i64,
    /// Closed cases in the ledger.
    pub ledger_closed: i64,
}

/// Whether everything adds up.
#[derive(Debug)]
pub struct Balance {
    /// What the stores counted in this drill.
    pub counts: Counts,
    /// Receipts given.
    pub accepted: u64,
    /// Receipts whose complaint intake does not know, or under another number.
    pub missing: Vec<String>,
    /// Numbers given twice.
    pub twice: Vec<String>,
    /// Messages that wait for an ordinary user.
    pub parked: u64,
    /// What is still on its way: not yet published, held, or in a stream and not yet handled.
    pub under_way: Vec<String>,
    /// The comparison of the stores and their streams.
    pub stores: Report,
}

impl Balance {
    /// Whether everything adds up.
    #[must_use]
    pub fn holds(&self) -> bool {
        let Counts { registered, routed, closed, open, ledger, ledger_closed } = self.counts;
        i64::try_from(self.accepted) == Ok(registered)
            && registered == routed
            && routed == closed + open
            && routed == ledger
            && closed == ledger_closed
            && self.missing.is_empty()
            && self.twice.is_empty()
            && self.parked == 0
            && self.under_way.is_empty()
            && self.stores.is_whole()
    }

    /// 0 when it balances, 1 when not.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// What the stores count at this moment.
///
/// # Errors
/// When a service does not answer.
pub async fn counts(operator: &Operator, organisation: &OrganisationId) -> anyhow::Result<Counts> {
    let intake =
        operator.ask(ServiceName::Intake, queries::intake::COUNTS, organisation, Value::Null).await?;
    let routing =
        operator.ask(ServiceName::Routing, queries::routing::COUNTS, organisation, Value::Null).await?;
    let ledger = operator.ask(ServiceName::Analytics, "counts", organisation, Value::Null).await?;
    let number = |value: &Value| value.as_i64().context("a count is missing");
    Ok(Counts {
        registered: number(&intake["registered"])?,
        routed: number(&routing["routed"])?,
        closed: number(&routing["closed"])?,
        open: number(&routing["open"])?,
        ledger: number(&ledger["totals"]["open"])? + number(&ledger["totals"]["closed"])?,
        ledger_closed: number(&ledger["totals"]["closed"])?,
    })
}

/// Draws the balance once the listeners are level.
///
/// # Errors
/// When a service does not answer.
pub async fn of(
    operator: &Operator,
    organisation: &OrganisationId,
    before: &Counts,
    fed: &Fed,
) -> anyhow::Result<Balance> {
    let stores = crate::reconcile::all(operator, PATIENCE).await?;
    let after = counts(operator, organisation).await?;
    let under_way = wait_quiet(operator, organisation).await?;
    let mut parked = 0;
    for service in ServiceName::ALL {
        let status = operator.ask(*service, queries::PARKED, organisation, Value::Null).await?;
        parked += status["parked"].as_array().map_or(0, |list| list.len() as u64);
    }
    let mut missing = Vec::new();
    for (complaint, receipt) in &fed.receipts {
        if !stands(operator, organisation, *complaint, receipt).await? {
            missing.push(receipt.number.clone());
        }
    }
    let mut numbers: Vec<&str> = fed.receipts.values().map(|receipt| receipt.number.as_str()).collect();
    numbers.sort_unstable();
    let twice = numbers.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned()).collect();
    Ok(Balance {
        counts: Counts {
            registered: after.registered - before.registered,
            routed: after.routed - before.routed,
            closed: after.closed - before.closed,
            open: after.open - before.open,
            ledger: after.ledger - before.ledger,
            ledger_closed: after.ledger_closed - before.ledger_closed,
        },
        accepted: fed.receipts.len() as u64,
        missing,
        twice,
        parked,
        under_way,
        stores,
    })
}

/// Waits until the outboxes and the streams are empty of what nobody has handled; gives what is left.
async fn wait_quiet(operator: &Operator, organisation: &OrganisationId) -> anyhow::Result<Vec<String>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut left = Vec::new();
        for service in ServiceName::ALL {
            let status = operator.ask(*service, queries::STATUS, organisation, Value::Null).await?;
            left.extend(unhandled(&serde_json::from_value(status)?));
        }
        if left.is_empty() || Instant::now() >= deadline {
            return Ok(left);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// What `status` says is on its way.
fn unhandled(status: &Status) -> Vec<String> {
    let service = status.service;
    let mut left = Vec::new();
    for (count, what) in [(status.unpublished, "not yet published"), (status.held, "held")] {
        if count > 0 {
            left.push(format!("{service}: {count} events {what}"));
        }
    }
    for source in &status.sources {
        let waiting = source.pending.unwrap_or(0) + source.unacknowledged.unwrap_or(0);
        if waiting > 0 || source.unknown {
            left.push(format!("{service}: {waiting} messages of {} not yet handled", source.source));
        }
    }
    left
}

/// Whether the complaint of a receipt is there under the number that was given.
async fn stands(
    operator: &Operator,
    organisation: &OrganisationId,
    complaint: ComplaintId,
    receipt: &Receipt,
) -> anyhow::Result<bool> {
    let body = json!({ "complaint": complaint });
    let found = operator.ask(ServiceName::Intake, queries::intake::COMPLAINT, organisation, body).await;
    Ok(found.is_ok_and(|found| found["number"] == json!(receipt.number)))
}

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
#[expect(clippy::print_stdout, reason = "the report is the purpose")]
pub fn report(plan: &Plan, fed: &Fed, tally: &Tally, balance: &Balance, took: (Duration, Duration)) {
    let (feeding, whole) = took;
    println!("\ndrill of {} complaints, seed {}", plan.complaints, plan.seed);
    println!("  accepted in {:.1} s, everything in {:.1} s", feeding.as_secs_f64(), whole.as_secs_f64());
    for (act, times) in &tally.done {
        println!("  {times:>7}  {act}");
    }
    println!("  {:>7}  overtaken by somebody else", tally.overtaken);
    for (what, (times, detail)) in &tally.refused {
        println!("  {times:>7}  REFUSED {what}: {detail}");
    }
    if fed.unread > 0 {
        println!("  {:>7}  rows of the file that could not be read", fed.unread);
    }
    for refused in fed.refused.iter().take(5) {
        println!("  registration refused: {refused}");
    }
    let Counts { registered, routed, closed, open, ledger, ledger_closed } = balance.counts;
    println!("\nbalance");
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
