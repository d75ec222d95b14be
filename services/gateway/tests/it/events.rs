//! Event streams, with events published as a service publishes them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Method;
use bus::Headers;
use contracts::{Envelope, EventId, OrganisationId, ServiceName, SubjectRef, subjects};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::browser::Browser;
use crate::{Edge, PASSWORD, found, request};

const ID: &str = "0195702c-7b80-7000-8000-000000000002";
const OTHER: &str = "0195702c-7b80-7000-8000-000000000003";

fn envelope(complaint: &str, what: &str, sequence: u64) -> Envelope {
    let organisation = OrganisationId::new("huarun").unwrap();
    Envelope {
        id: EventId::derived(uuid::Uuid::nil(), &format!("{complaint}{what}{sequence}")),
        source: ServiceName::Routing,
        what: what.into(),
        version: 1,
        subject: SubjectRef::complaint(&organisation, complaint.parse().unwrap()),
        time: jiff::Timestamp::from_second(1_741_312_800 + i64::try_from(sequence).unwrap()).unwrap(),
        sequence,
        previous_hash: [0; 32],
        causation: "c".into(),
        correlation: "r".into(),
        traceparent: None,
    }
}

/// The journal that the responder gives out: routing's events about [`ID`].
type Journal = Arc<Mutex<Vec<(Envelope, Value)>>>;

async fn speakers(edge: &Edge, journal: &Journal) -> Vec<crate::Responder> {
    let mut responders = Vec::new();
    for service in gateway::timeline::SPEAKERS {
        let journal = journal.clone();
        let names = [("journal", true), ("work", true), ("case", true)];
        let responder = edge.responder(service, &names, move |subject, payload| {
            if subject.ends_with("work") {
                let item = json!({
                    "work": OTHER, "complaint": ID, "number": "T-1", "visit": ID, "epoch": 1, "task": "verify",
                    "stage": "verify", "label": { "zh": "核实", "en": "Verify" }, "department": "logistics",
                    "role": "handler", "level": 1,
                    "requested_at": "2025-03-07T02:00:00Z", "since": "2025-03-07T02:00:00Z",
                });
                return found(payload, |_| Ok(json!({ "items": [item], "next": null })));
            }
            let ask: Value = serde_json::from_slice(payload).unwrap();
            let after = ask["after"].as_u64().unwrap();
            let journal = journal.lock().unwrap();
            let mine = journal.iter().filter(|(envelope, _)| service == ServiceName::Routing && envelope.sequence > after);
            let events: Vec<Value> = mine
                .map(|(envelope, body)| {
                    json!({ "sequence": envelope.sequence, "headers": envelope.headers(), "body": body.to_string() })
                })
                .collect();
            Some(json!({ "answer": "found", "body": { "events": events } }).to_string().into_bytes())
        });
        responders.push(responder.await);
    }
    responders
}

async fn publish(from: &crate::Responder, envelope: &Envelope, body: &Value) {
    let headers: Headers = envelope.headers().into_iter().collect();
    let subject = subjects::event(envelope.source, &envelope.what);
    from.bus.tell(&subject, headers, body.to_string().into_bytes().into()).await.unwrap();
    from.bus.flush().await.unwrap();
}

async fn open(edge: &Edge, path: &str, token: &str, last: Option<&str>) -> BodyDataStream {
    let mut asked = request(Method::GET, path, token);
    if let Some(last) = last {
        asked = asked.header("last-event-id", last);
    }
    let response = edge.router.clone().oneshot(asked.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

/// The next block that is not only a comment.
async fn next(stream: &mut BodyDataStream) -> String {
    loop {
        let chunk = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.expect("an event");
        let text = String::from_utf8(chunk.expect("more").unwrap().to_vec()).unwrap();
        if !text.starts_with(':') {
            return text;
        }
    }
}

#[tokio::test]
async fn a_case_is_followed_and_what_was_missed_is_told() {
    let edge = Edge::start_with(|config| config.heartbeat = Duration::from_millis(200)).await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let journal: Journal = Arc::default();
    journal.lock().unwrap().push((envelope(ID, "stage.entered", 1), json!({ "n": 1 })));
    let speakers = speakers(&edge, &journal).await;
    let path = format!("/api/v1/complaints/{ID}/events");
    let mut stream = open(&edge, &path, &token, None).await;

    publish(&speakers[1], &envelope(OTHER, "stage.entered", 2), &json!({})).await;
    publish(&speakers[1], &envelope(ID, "work.assigned", 2), &json!({ "n": 2 })).await;
    let second = next(&mut stream).await;
    assert!(second.contains("event: work.assigned") && second.contains("id: routing-2"), "{second}");

    // The third was lost on the way: seeing the fourth, the journal is read.
    journal.lock().unwrap().push((envelope(ID, "work.assigned", 2), json!({ "n": 2 })));
    journal.lock().unwrap().push((envelope(ID, "clock.started", 3), json!({ "n": 3 })));
    journal.lock().unwrap().push((envelope(ID, "clock.stopped", 4), json!({ "n": 4 })));
    publish(&speakers[1], &envelope(ID, "clock.stopped", 4), &json!({ "n": 4 })).await;
    let mut told = next(&mut stream).await;
    if !told.contains("clock.stopped") {
        told.push_str(&next(&mut stream).await);
    }
    assert!(told.contains("id: routing-3") && told.contains("id: routing-4"), "{told}");

    let mut again = open(&edge, &path, &token, Some("routing-3")).await;
    assert!(next(&mut again).await.contains("id: routing-4"));
    edge.until.cancel();
    let end = tokio::time::timeout(Duration::from_secs(5), async {
        while let Some(chunk) = again.next().await {
            assert!(chunk.unwrap().starts_with(b":"));
        }
    });
    end.await.expect("streams end with the gateway");
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let edge = Edge::start_with(|config| config.token_life = Duration::from_secs(2)).await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let journal: Journal = Arc::default();
    journal.lock().unwrap().push((envelope(ID, "stage.entered", 1), json!({})));
    let _speakers = speakers(&edge, &journal).await;
    let mut stream = open(&edge, &format!("/api/v1/complaints/{ID}/events"), &token, None).await;
    let ended =
        tokio::time::timeout(Duration::from_secs(8), async { while stream.next().await.is_some() {} });
    ended.await.expect("it ends");
}

#[tokio::test]
async fn a_work_list_changes_before_its_reader_only_where_it_is_theirs() {
    let edge = Edge::start().await;
    let token = edge.token("wu.gang", &["handler"], Some("logistics")).await;
    let speakers = speakers(&edge, &Arc::default()).await;
    let mut stream = open(&edge, "/api/v1/work/events", &token, None).await;
    assert!(next(&mut stream).await.contains("event: reset"));
    let queued = |work: &str, department: &str| json!({ "work": work, "visit": ID, "epoch": 1, "department": department, "role": "handler", "reason": "x" });
    publish(&speakers[1], &envelope(ID, "work.queued", 1), &queued(ID, "sales")).await;
    publish(&speakers[1], &envelope(ID, "work.queued", 2), &queued(ID, "logistics")).await;
    let told = next(&mut stream).await;
    assert!(told.contains("event: work.queued") && told.contains("logistics"), "{told}");
    publish(
        &speakers[1],
        &envelope(ID, "work.withdrawn", 3),
        &json!({ "work": OTHER, "visit": ID, "reason": "done" }),
    )
    .await;
    let told = next(&mut stream).await;
    assert!(told.contains("event: work.gone") && told.contains(OTHER), "{told}");
}

/// A page that is open shows nothing more once somebody signed out.
#[tokio::test]
async fn the_stream_of_a_page_ends_when_somebody_signs_out() {
    let edge = Edge::start().await;
    edge.account("wu.gang", &["handler"], Some("logistics")).await;
    let _speakers = speakers(&edge, &Arc::default()).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("wu.gang", PASSWORD).await;
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let asked = request(Method::GET, "/console/work/events", "").header("cookie", cookies.join("; "));
    let response = edge.router.clone().oneshot(asked.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut stream = response.into_body().into_data_stream();
    assert!(next(&mut stream).await.contains("event: changed"));
    let page = browser.get("/console/sign-in").await;
    assert_eq!(page.status, 303, "signed in already");
    let page = browser.get("/console/cases/no-id").await;
    browser.send(&page, "/console/sign-out", &[]).await;
    let ended = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(5), ended).await.expect("it ends");
    let again = request(Method::GET, "/console/work/events", "").header("cookie", cookies.join("; "));
    let again = edge.send(again.header("hx-request", "true").body(Body::empty()).unwrap()).await;
    assert_eq!(again.status, 401, "and does not begin again");
}
