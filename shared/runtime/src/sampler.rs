//! Gauges that need a look: the outbox, held and parked events, late timers, lag, the stream's fill.
//!
//! Taken every few seconds by every replica; a look that fails leaves the gauge as it was and is logged.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusError, Lag, Listener, ListenerOptions, StreamFacts};
use calendar::{Clock, SystemClock};
use contracts::ServiceName;
use jiff::Timestamp;
use journal::Gauges;
use metrics::gauge;
use sqlx::PgPool;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::connect::in_time;
use crate::metrics as names;

/// What is looked at.
#[derive(Clone)]
pub struct Sampler {
    /// Whose.
    pub service: ServiceName,
    /// Its database.
    pub pool: PgPool,
    /// Its connection to NATS.
    pub bus: Bus,
    /// Business time, for the timers.
    pub clock: Arc<dyn Clock>,
    /// What it hears.
    pub sources: &'static [ServiceName],
}

impl std::fmt::Debug for Sampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sampler").field("service", &self.service).finish_non_exhaustive()
    }
}

/// Exact up to 2^53, far beyond what is counted here.
fn as_gauge(count: u64) -> f64 {
    count as f64
}

impl Sampler {
    /// Takes the gauges every `every` until `until` is cancelled.
    ///
    /// # Errors
    /// None.
    pub async fn run(self, every: Duration, until: CancellationToken) -> Result<(), Infallible> {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while until.run_until_cancelled(ticks.tick()).await.is_some() {
            if until.run_until_cancelled(self.take()).await.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Takes every gauge once.
    pub async fn take(&self) {
        let service = self.service;
        match self.store().await {
            Ok(gauges) => show_store(service, &gauges),
            Err(error) => tracing::warn!(%service, %error, "gauges of the database were not taken"),
        }
        let label = service.as_str();
        let idle = self.pool.num_idle() as u64;
        let used = u64::from(self.pool.size()).saturating_sub(idle);
        gauge!(names::CONNECTIONS, "service" => label, "state" => "idle").set(as_gauge(idle));
        gauge!(names::CONNECTIONS, "service" => label, "state" => "used").set(as_gauge(used));
        for source in self.sources {
            match self.lag(*source).await {
                // Messages are stamped by the server: their age is machine time, whatever the business clock says.
                Ok(lag) => show_lag(service, *source, &lag, SystemClock.now()),
                Err(BusError::NoSuchStream { .. }) => {}
                Err(error) => tracing::debug!(%service, %source, %error, "the lag was not taken"),
            }
        }
        match self.stream().await {
            Ok(Some(facts)) => show_stream(service, &facts),
            Ok(None) => {}
            Err(error) => tracing::debug!(%service, %error, "the stream was not looked at"),
        }
    }

    /// What waits in the database.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub async fn store(&self) -> Result<Gauges, sqlx::Error> {
        in_time(journal::gauges(&self.pool, self.clock.now())).await
    }

    /// How far this service is behind `source`.
    ///
    /// # Errors
    /// What NATS says; [`BusError::NoSuchStream`] before the source has made its stream.
    pub async fn lag(&self, source: ServiceName) -> Result<Lag, BusError> {
        Listener::new(self.bus.clone(), ListenerOptions::events(self.service, source)).lag().await
    }

    async fn stream(&self) -> Result<Option<StreamFacts>, BusError> {
        self.bus.stream_facts(self.service).await
    }
}

fn show_lag(service: ServiceName, source: ServiceName, lag: &Lag, now: Timestamp) {
    let (label, source) = (service.as_str(), source.as_str());
    let behind = lag.pending + lag.unacknowledged;
    gauge!(names::LAG, "service" => label, "source" => source).set(as_gauge(behind));
    let age = match lag.oldest {
        Some(oldest) => now.duration_since(oldest).as_secs_f64().max(0.0),
        None if behind == 0 => 0.0,
        // The oldest went while it was looked for: the next look finds its successor.
        None => return,
    };
    gauge!(names::LAG_AGE, "service" => label, "source" => source).set(age);
}

fn show_store(service: ServiceName, gauges: &Gauges) {
    let label = service.as_str();
    gauge!(names::OUTBOX, "service" => label).set(as_gauge(gauges.unpublished));
    gauge!(names::OUTBOX_AGE, "service" => label).set(gauges.oldest_unpublished.as_secs_f64());
    gauge!(names::HELD, "service" => label).set(as_gauge(gauges.held));
    gauge!(names::PARKED, "service" => label).set(as_gauge(gauges.parked));
    gauge!(names::TIMERS_LATE, "service" => label).set(as_gauge(gauges.timers_late));
    if gauges.held > HELD_MANY {
        tracing::warn!(%service, held = gauges.held, "many events wait for predecessors that do not come");
    }
    if gauges.parked > PARKED_MANY {
        tracing::warn!(%service, parked = gauges.parked, "many inputs wait for a person to settle them");
    }
}

/// Held events beyond which the log says so: predecessors are missing and are not found.
const HELD_MANY: u64 = 1_000;
/// Parked inputs beyond which the log says so: a defect parks them faster than people settle them.
const PARKED_MANY: u64 = 100;

fn show_stream(service: ServiceName, facts: &StreamFacts) {
    let Some(max) = facts.max_bytes else { return };
    let filled = as_gauge(facts.bytes) / as_gauge(max);
    gauge!(names::STREAM_FILLED, "service" => service.as_str()).set(filled);
    if filled > 0.5 {
        tracing::warn!(%service, filled, "the event stream is more than half full of unexpired events");
    }
}
