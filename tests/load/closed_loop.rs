//! Connections that each register one complaint after the other, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use contracts::ComplaintId;
use tokio::task::JoinSet;

use crate::complaints;
use crate::entrance::{Entrance, Line};
use crate::installation::Installation;

/// Where complaints of this program's run come from: each is used once.
#[derive(Clone)]
pub(crate) struct Supply {
    run: Arc<str>,
    next: Arc<AtomicU64>,
}

impl Supply {
    /// A new supply, apart from those of every earlier start of this program.
    #[must_use]
    pub(crate) fn new() -> Self {
        let run = format!("{:x}", std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis());
        Self { run: run.into(), next: Arc::default() }
    }

    fn draw(&self) -> (String, serde_json::Value) {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        (complaints::key(&self.run, n), complaints::complaint(n))
    }
}

/// What came of a run.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The complaints that were accepted.
    pub(crate) accepted: Vec<ComplaintId>,
    /// How long each took, from its sending to its receipt, in microseconds.
    pub(crate) latencies: Vec<u64>,
    /// What was not accepted, by the reason.
    pub(crate) failed: BTreeMap<String, u64>,
    /// How long the run took.
    pub(crate) took: Duration,
}

impl Outcome {
    /// Accepted complaints a second.
    #[must_use]
    pub(crate) fn rate(&self) -> f64 {
        self.accepted.len() as f64 / self.took.as_secs_f64()
    }

    fn add(&mut self, other: Self) {
        self.accepted.extend(other.accepted);
        self.latencies.extend(other.latencies);
        for (why, count) in other.failed {
            *self.failed.entry(why).or_default() += count;
        }
    }
}

/// What a run is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// By which way.
    pub(crate) entrance: Entrance,
    /// Over so many connections.
    pub(crate) connections: usize,
    /// For so long.
    pub(crate) lasts: Duration,
    /// Complaints a second over all connections at most; none: as many as there can be.
    pub(crate) pace: Option<f64>,
}

/// Runs until the time is over and what is under way has been answered. Connections are made before the clock starts.
///
/// # Errors
/// When a connection cannot be made.
pub(crate) async fn run(at: &Installation, supply: &Supply, shape: Shape) -> Result<Outcome> {
    let mut lines = Vec::with_capacity(shape.connections);
    for n in 0..shape.connections {
        lines.push(shape.entrance.open(at, n).await?);
    }
    let begun = Instant::now();
    let between = shape.pace.map(|pace| Duration::from_secs_f64(shape.connections as f64 / pace));
    let mut workers = JoinSet::new();
    for (n, line) in lines.into_iter().enumerate() {
        // Paced connections do not all send at once.
        let first =
            between.map_or(begun, |between| begun + between.mul_f64(n as f64 / shape.connections as f64));
        workers.spawn(work(line, supply.clone(), begun + shape.lasts, first, between));
    }
    let mut outcome = Outcome::default();
    while let Some(ended) = workers.join_next().await {
        outcome.add(ended.context("a connection's task panicked")?);
    }
    outcome.took = begun.elapsed();
    Ok(outcome)
}

async fn work(
    mut line: Line,
    supply: Supply,
    until: Instant,
    first: Instant,
    between: Option<Duration>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut due = first;
    while Instant::now() < until && due < until {
        if let Some(between) = between {
            tokio::time::sleep_until(due.into()).await;
            due += between;
        }
        let (key, complaint) = supply.draw();
        let sent = Instant::now();
        match line.register(&key, complaint).await {
            Ok(complaint) => {
                outcome.accepted.push(complaint);
                outcome.latencies.push(u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX));
            }
            Err(why) => *outcome.failed.entry(why).or_default() += 1,
        }
    }
    outcome
}
