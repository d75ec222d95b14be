//! The whole product while its machines fail.
//!
//! Each test starts everything from nothing — servers, every service as a process of its own, the demo organisation —
//! and lets all its people work on complaints through the public API, while more are handed in through NATS, and while
//! faults strike. After each fault a new complaint must come through before the next one strikes. In the end everything
//! must balance: every receipt stands under its number, every complaint is closed, nothing is parked, every listener is
//! level with its sources, every chain is whole, nothing ended that was not killed.
//!
//! | test | what strikes |
//! | --- | --- |
//! | `services_killed` | `kill -9` of every service and of the gateway |
//! | `postgres_crashes` | PostgreSQL stopped in immediate mode, and killed |
//! | `nats_loses` | nats-server killed; then without its last block; then without all it stored |
//! | `wires_cut` | the wire to either server closed, or holding everything back, for ten seconds |
//! | `wires_deaf` | every connection to either server open and deaf for ever; held back beyond all patience |
//! | `replicas_killed` | two and three processes of a service, each killed in turn |
//! | `everything_strikes` | all of it, twice over, while 2,000 complaints are spread over every playbook; by name only |
#![allow(clippy::print_stdout, reason = "what strikes when is what one reads when a fault test fails")]

mod drilling;
mod fault;
mod feeder;
mod stack;

use std::time::Duration;

use fault::Fault::{
    CutNats, CutPostgres, EmptyNats, HoldNats, HoldPostgres, KillNats, KillPostgres, KillService,
    StopPostgresAtOnce, StrandNats, StrandPostgres, TruncateNats,
};
use stack::{Organisations, Stack, Wiring};

/// How long a wire stays cut.
const CUT: Duration = Duration::from_secs(10);
/// Longer than a question waits for PostgreSQL's answer: what is held back arrives when it was given up.
const BEYOND_PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn services_killed() -> anyhow::Result<()> {
    let mut stack = Stack::start(Wiring::Direct, Organisations::Demo).await?;
    let parts = redress::up::settings::parts();
    let twice: Vec<_> = parts.iter().chain(&parts).map(|part| KillService((*part).to_owned())).collect();
    stack.drill_through(40, &twice).await?;
    stack.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_crashes() -> anyhow::Result<()> {
    let mut stack = Stack::start(Wiring::Direct, Organisations::Demo).await?;
    let faults = [StopPostgresAtOnce, KillPostgres, StopPostgresAtOnce, StopPostgresAtOnce];
    stack.drill_through(40, &faults).await?;
    stack.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn nats_loses() -> anyhow::Result<()> {
    let mut stack = Stack::start(Wiring::Direct, Organisations::Demo).await?;
    let faults = [KillNats, EmptyNats, TruncateNats, KillNats, EmptyNats, TruncateNats];
    stack.drill_through(40, &faults).await?;
    anyhow::ensure!(stack.logged("published again") > 0, "nothing was lost: the faults did not strike");
    stack.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn wires_cut() -> anyhow::Result<()> {
    let mut stack = Stack::start(Wiring::ThroughProxies, Organisations::Demo).await?;
    let faults = [CutNats(CUT), CutPostgres(CUT), HoldNats(CUT), HoldPostgres(CUT)];
    stack.drill_through(40, &faults).await?;
    stack.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn wires_deaf() -> anyhow::Result<()> {
    let mut stack = Stack::start(Wiring::ThroughProxies, Organisations::Demo).await?;
    let faults = [StrandPostgres, StrandNats, HoldPostgres(BEYOND_PATIENCE)];
    stack.drill_through(40, &faults).await?;
    stack.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_killed() -> anyhow::Result<()> {
    let mut stack = Stack::start(Wiring::Direct, Organisations::Demo).await?;
    let mut faults = Vec::new();
    for (part, replicas) in [("routing", 3), ("intake", 2), ("approval", 2)] {
        for _ in 1..replicas {
            faults.push(KillService(stack.add_replica(part).await?));
        }
        faults.push(KillService(part.to_owned()));
    }
    stack.drill_through(40, &faults).await?;
    stack.stop().await
}

/// Run it with `cargo test --profile quick -p product-tests --test faults everything -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "works for a quarter of an hour; run by name"]
async fn everything_strikes() -> anyhow::Result<()> {
    let mut stack = Stack::start(Wiring::ThroughProxies, Organisations::EveryPlaybook).await?;
    let parts = redress::up::settings::parts();
    let mut faults: Vec<_> = parts.iter().map(|part| KillService((*part).to_owned())).collect();
    faults.extend([StopPostgresAtOnce, KillPostgres, KillNats, TruncateNats, EmptyNats]);
    faults.extend([CutNats(CUT), CutPostgres(CUT), HoldNats(CUT), HoldPostgres(CUT)]);
    faults.extend([StrandPostgres, StrandNats, HoldPostgres(BEYOND_PATIENCE)]);
    faults.extend(faults.clone());
    stack.drill_through(2_000, &faults).await?;
    stack.stop().await
}
