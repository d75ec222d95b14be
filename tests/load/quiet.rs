//! Waiting until everything that was accepted has gone through: nothing unpublished, undelivered or under way anywhere.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bus::Bus;
use contracts::queries::{QueryAnswer, STATUS};
use contracts::{ServiceName, subjects};
use serde_json::Value;

/// How long nothing may move before this gives up.
const STANDSTILL: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Waits until every service is quiet; how long that took.
///
/// # Errors
/// When a service does not answer, or what waits does not go away.
pub(crate) async fn wait(bus: &Bus) -> Result<Duration> {
    let begun = Instant::now();
    let (mut least, mut moved, mut quiet) = (u64::MAX, Instant::now(), 0);
    loop {
        let mut waiting = 0;
        for service in ServiceName::ALL {
            waiting += waiting_in(bus, *service).await?;
        }
        quiet = if waiting == 0 { quiet + 1 } else { 0 };
        // Twice: between the one service's look and the next's, an event may have been on its way.
        if quiet == 2 {
            return Ok(begun.elapsed().saturating_sub(LOOK_EVERY));
        }
        if waiting < least {
            (least, moved) = (waiting, Instant::now());
        }
        if moved.elapsed() > STANDSTILL {
            bail!("{waiting} messages wait somewhere and nothing moves");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn waiting_in(bus: &Bus, service: ServiceName) -> Result<u64> {
    let subject = subjects::query(service, STATUS);
    // A service that is busy answers late: the load is not to be blamed for asking again.
    let mut asked = bus.request(&subject, bytes::Bytes::new(), Duration::from_secs(20)).await;
    for _ in 0..5 {
        if asked.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        asked = bus.request(&subject, bytes::Bytes::new(), Duration::from_secs(20)).await;
    }
    let answer = asked.with_context(|| format!("{service} does not say how it is"))?;
    let status: Value = Result::from(serde_json::from_slice::<QueryAnswer>(&answer)?)?;
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let sources = status["sources"].as_array().into_iter().flatten();
    let undelivered: u64 =
        sources.map(|source| number(&source["pending"]) + number(&source["unacknowledged"])).sum();
    Ok(undelivered + number(&status["unpublished"]) + number(&status["under_way"]))
}
