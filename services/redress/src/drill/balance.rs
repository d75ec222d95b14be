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

use super::Place;
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
    /// Cases that are open at this moment, also those of earlier drills.
    pub still_open: i64,
    /// Cases in the ledger.
    pub ledger: i64,
    /// Closed cases in the ledger.
    pub ledger_closed: i64,
}

impl Counts {
    /// How they changed since `before`.
    fn since(self, before: &Self) -> Self {
        Self {
            registered: self.registered - before.registered,
            routed: self.routed - before.routed,
            closed: self.closed - before.closed,
            open: self.open - before.open,
            still_open: self.still_open,
            ledger: self.ledger - before.ledger,
            ledger_closed: self.ledger_closed - before.ledger_closed,
        }
    }

    /// Those of two organisations together.
    const fn with(self, other: &Self) -> Self {
        Self {
            registered: self.registered + other.registered,
            routed: self.routed + other.routed,
            closed: self.closed + other.closed,
            open: self.open + other.open,
            still_open: self.still_open + other.still_open,
            ledger: self.ledger + other.ledger,
            ledger_closed: self.ledger_closed + other.ledger_closed,
        }
    }

    /// Whether they add up with so many receipts.
    fn hold(&self, accepted: u64) -> bool {
        let Self { registered, routed, closed, open, ledger, ledger_closed, .. } = *self;
        i64::try_from(accepted) == Ok(registered)
            && registered == routed
            && routed == closed + open
            && routed == ledger
            && closed == ledger_closed
    }
}

/// Whether everything adds up.
#[derive(Debug)]
pub struct Balance {
    /// What the stores counted in this drill, over all organisations.
    pub counts: Counts,
    /// The same of each organisation, with its receipts.
    pub places: Vec<(OrganisationId, u64, Counts)>,
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
        self.counts.hold(self.accepted)
            && self.places.iter().all(|(_, accepted, counts)| counts.hold(*accepted))
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
        still_open: number(&routing["open"])?,
        ledger: number(&ledger["totals"]["open"])? + number(&ledger["totals"]["closed"])?,
        ledger_closed: number(&ledger["totals"]["closed"])?,
    })
}

/// How the counts of all organisations together have changed since the drill began.
///
/// # Errors
/// When a service does not answer.
pub async fn changes(operator: &Operator, places: &[Place]) -> anyhow::Result<Counts> {
    let mut all = Counts::default();
    for place in places {
        all = all.with(&counts(operator, &place.plan.organisation).await?.since(&place.before));
    }
    Ok(all)
}

/// Draws the balance once the listeners are level.
///
/// # Errors
/// When a service does not answer.
pub async fn of(operator: &Operator, places: &[Place]) -> anyhow::Result<Balance> {
    let mut balance = Balance {
        counts: Counts::default(),
        places: Vec::new(),
        accepted: 0,
        missing: Vec::new(),
        twice: Vec::new(),
        parked: 0,
        under_way: Vec::new(),
        stores: crate::reconcile::all(operator, PATIENCE).await?,
    };
    for place in places {
        balance.add(operator, place).await?;
    }
    Ok(balance)
}

impl Balance {
    /// Adds one organisation.
    async fn add(&mut self, operator: &Operator, place: &Place) -> anyhow::Result<()> {
        let (organisation, fed) = (&place.plan.organisation, &place.fed);
        let counts = counts(operator, organisation).await?.since(&place.before);
        let accepted = fed.receipts.len() as u64;
        self.counts = self.counts.with(&counts);
        self.accepted += accepted;
        self.places.push((organisation.clone(), accepted, counts));
        self.under_way.extend(wait_quiet(operator, organisation).await?);
        for service in ServiceName::ALL {
            let status = operator.ask(*service, queries::PARKED, organisation, Value::Null).await?;
            self.parked += status["parked"].as_array().map_or(0, |list| list.len() as u64);
        }
        for (complaint, receipt) in &fed.receipts {
            if !stands(operator, organisation, *complaint, receipt).await? {
                self.missing.push(receipt.number.clone());
            }
        }
        let mut numbers: Vec<&str> = fed.receipts.values().map(|receipt| receipt.number.as_str()).collect();
        numbers.sort_unstable();
        let twice = numbers.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned());
        self.twice.extend(twice);
        Ok(())
    }
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
