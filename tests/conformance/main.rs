//! What programs of others make of our events: a Python program with the CloudEvents SDK and nats-py reads a stream.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use bus::{Bus, BusOptions, Outgoing, StreamLimits};
use contracts::{Envelope, Event, EventId, ServiceName, SubjectRef, WHATS, subjects};
use testkit::nats::TestNats;

/// The Python that `deploy/test` prepares from `requirements.txt`; another may be named.
fn python() -> std::path::PathBuf {
    std::env::var_os("REDRESS_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.data/tools/conformance/bin/python"),
        Into::into,
    )
}

/// Every golden sample as an event of one chain.
fn chain() -> Vec<(Envelope, Vec<u8>, [u8; 32])> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/contracts/samples");
    let organisation = "huarun".parse().unwrap();
    let subject =
        SubjectRef::complaint(&organisation, "0195702c-7b80-7000-8000-000000000001".parse().unwrap());
    let mut last = [0; 32];
    let mut events = Vec::new();
    for (n, (what, version)) in (0u64..).zip(WHATS) {
        let body = std::fs::read(samples.join(what).join(format!("v{version}-full.json"))).unwrap();
        let body = Event::read(what, *version, &body).unwrap().body().unwrap();
        let time = jiff::Timestamp::from_second(1_741_312_800 + i64::try_from(n).unwrap()).unwrap();
        let envelope = Envelope {
            id: EventId::at(time, [u8::try_from(n).unwrap(); 10]),
            source: ServiceName::Routing,
            what: (*what).to_owned(),
            version: *version,
            subject: subject.clone(),
            time,
            sequence: n + 1,
            previous_hash: last,
            causation: format!("cause-{n}"),
            correlation: subject.id.clone(),
            traceparent: None,
        };
        last = envelope.hash(&body);
        events.push((envelope, body, last));
    }
    events
}

#[tokio::test]
async fn a_python_program_reads_our_events_with_the_cloudevents_sdk() {
    let python = python();
    assert!(python.exists(), "no Python with the CloudEvents SDK at {}: run deploy/test", python.display());
    let nats = TestNats::start().await.unwrap();
    let bus = Bus::connect(BusOptions::new(nats.url(), "conformance")).await.unwrap();
    bus.ensure_event_stream(ServiceName::Routing, StreamLimits::default()).await.unwrap();
    let events = chain();
    let messages = events
        .iter()
        .map(|(envelope, body, _)| Outgoing {
            subject: subjects::event(envelope.source, &envelope.what),
            headers: envelope.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: body.clone().into(),
            message_id: envelope.id.to_string(),
        })
        .collect();
    let stream = subjects::event_stream(ServiceName::Routing);
    for outcome in bus.publish(&stream, messages).await {
        outcome.unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/read_events.py");
    let count = events.len().to_string();
    let output =
        Command::new(python).arg(script).args([nats.url().as_str(), &stream, &count]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(read.len(), events.len());
    for (read, (envelope, body, hash)) in read.iter().zip(&events) {
        assert_eq!(read["id"], envelope.id.to_string());
        assert_eq!(read["specversion"], "1.0");
        assert_eq!(read["source"], "/redress/routing");
        assert_eq!(read["type"], envelope.type_attribute());
        assert_eq!(read["subject"], envelope.subject.attribute());
        assert_eq!(read["time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap(), envelope.time);
        assert_eq!(read["datacontenttype"], "application/json");
        assert_eq!(read["organisation"], "huarun");
        assert_eq!(read["sequence"], envelope.sequence.to_string());
        assert_eq!(read["causationid"], envelope.causation);
        assert_eq!(read["correlationid"], envelope.correlation);
        assert_eq!(read["message_id"], envelope.id.to_string());
        assert_eq!(read["data"], serde_json::from_slice::<serde_json::Value>(body).unwrap());
        assert_eq!(read["hash"], hex::encode(hash), "another program finds another hash");
    }
    for pair in read.windows(2) {
        assert_eq!(pair[1]["previoushash"], pair[0]["hash"], "the chain is broken for a reader");
    }
}
