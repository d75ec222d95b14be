//! The bus against a real nats-server. Nothing is skipped: without one these tests fail.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod connecting;
mod hearing;
mod permitting;
mod publishing;
mod reading;
mod requesting;

use std::time::Duration;

use bus::{Bus, BusOptions, Headers, Lag, Listener, ListenerOptions, Outgoing, StreamLimits};
use bytes::Bytes;
use contracts::{ServiceName, subjects};
use testkit::nats::TestNats;

const SOURCE: ServiceName = ServiceName::Intake;
const HEARER: ServiceName = ServiceName::Routing;

async fn start() -> (TestNats, Bus) {
    let nats = TestNats::start().await.expect("nats-server starts; if it is missing, run deploy/install");
    let bus = connect(&nats).await;
    (nats, bus)
}

async fn connect(nats: &TestNats) -> Bus {
    let mut options = BusOptions::of(SOURCE, nats.url());
    options.answer_patience = Duration::from_secs(2);
    Bus::connect(options).await.unwrap()
}

fn limits() -> StreamLimits {
    StreamLimits { event_max_bytes: 64 << 20, submit_max_messages: 3, replicas: 1 }
}

fn message(number: usize) -> Outgoing {
    Outgoing {
        subject: subjects::event(SOURCE, "complaint.registered"),
        headers: [("ce-id", format!("id-{number}"))].into_iter().collect::<Headers>(),
        body: Bytes::from(format!("{{\"number\":{number}}}")),
        message_id: format!("id-{number}"),
    }
}

async fn publish(bus: &Bus, numbers: std::ops::Range<usize>) -> Vec<Result<bus::Published, bus::BusError>> {
    bus.publish(&subjects::event_stream(SOURCE), numbers.map(message).collect()).await
}

fn listener(bus: &Bus) -> Listener {
    Listener::new(bus.clone(), ListenerOptions::events(HEARER, SOURCE))
}

/// Fetches until `count` came or fifteen seconds passed, less than any `ack_wait`; errors are met again, as the runtime does.
async fn fetch(listener: &mut Listener, count: usize) -> Vec<bus::Delivery> {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(15);
    let mut all = Vec::new();
    while all.len() < count && tokio::time::Instant::now() < deadline {
        match listener.fetch(500, Duration::from_millis(500)).await {
            Ok(some) => all.extend(some),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    all
}

/// The lag once the server has worked off the acknowledgements: it takes them in before it counts them.
async fn all_acknowledged(listener: &Listener) -> Lag {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(15);
    loop {
        let lag = listener.lag().await.unwrap();
        if lag.unacknowledged == 0 || tokio::time::Instant::now() > deadline {
            return lag;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
