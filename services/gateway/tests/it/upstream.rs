//! The way to the services and back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use contracts::commands::{Actor, Command};
use contracts::{ComplaintId, Problem, ProblemCode, ServiceName};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::{Edge, done, each, found, refused, request};

const COMPLAINTS: &str = "/api/v1/complaints";
const REGISTER: &[(&str, bool)] = &[("complaint.register", false)];
const ID: &str = "0195702c-7b80-7000-8000-000000000002";

#[tokio::test]
async fn an_order_travels_whole_and_its_answer_comes_back() {
    let edge = Edge::start().await;
    let token = edge.token("lin.yue", &["agent"], Some("customer_service")).await;
    let seen: Arc<Mutex<Vec<Command>>> = Arc::default();
    let noted = seen.clone();
    let _intake = edge
        .responder(ServiceName::Intake, REGISTER, move |_, payload| {
            each(payload, |command| {
                noted.lock().unwrap().push(command.clone());
                done(json!({ "complaint": command.subject.id, "number": "T-1" }))
            })
        })
        .await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let body = json!({ "channel": "phone", "narrative": "鞋底开胶" });
    let asked = request(Method::POST, COMPLAINTS, &token)
        .header("idempotency-key", "key-1")
        .header("traceparent", trace)
        .header("content-type", "application/json");
    let answered = edge.send(asked.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(answered.status, 201, "{:?}", answered.json());
    let command = seen.lock().unwrap()[0].clone();
    assert_eq!(command.body, body);
    assert_eq!(command.traceparent.as_deref(), Some(trace));
    assert_eq!(command.actor.person().unwrap().as_str(), "lin.yue");
    assert!(command.actor.holds("agent"));
    let complaint = contracts::commands::intake::complaint_for(command.organisation(), &command.id);
    assert_eq!(command.subject.complaint_id(), Some(complaint));
    assert_eq!(answered.headers["location"], format!("{COMPLAINTS}/{complaint}"));
    assert_eq!(answered.headers["etag"], "\"intake-1\"");

    let other = edge.token("chen.jing", &["agent"], None).await;
    edge.post(COMPLAINTS, &other, "key-1", &body).await;
    let commands = seen.lock().unwrap().clone();
    assert_ne!(commands[0].id, commands[1].id, "the same key of another caller is another command");
}

#[tokio::test]
async fn what_comes_while_a_request_is_under_way_goes_together() {
    let edge = Edge::start_with(|config| config.requests_in_flight = 1).await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let sizes: Arc<Mutex<Vec<usize>>> = Arc::default();
    let noted = sizes.clone();
    let _intake = edge
        .responder(ServiceName::Intake, REGISTER, move |_, payload| {
            let commands: Vec<Command> = serde_json::from_slice(payload).unwrap();
            noted.lock().unwrap().push(commands.len());
            std::thread::sleep(Duration::from_millis(150));
            each(payload, |command| done(json!({ "echo": command.body["n"] })))
        })
        .await;
    let asked = (0..40).map(|n| {
        let (edge, token) = (&edge, &token);
        async move {
            let answered = edge.post(COMPLAINTS, token, &format!("k{n}"), &json!({ "n": n })).await;
            (n, answered.json()["echo"].clone())
        }
    });
    for (n, echo) in join_all(asked).await {
        assert_eq!(echo, n, "each caller gets its own answer");
    }
    let sizes = sizes.lock().unwrap().clone();
    assert_eq!(sizes.iter().sum::<usize>(), 40);
    assert!(sizes.len() <= 4 && sizes.iter().any(|size| *size >= 10), "{sizes:?}");
}

#[tokio::test]
async fn beyond_the_queue_is_overload_and_nothing_was_done() {
    let edge = Edge::start_with(|config| {
        config.requests_in_flight = 1;
        config.batch_max = 1;
        config.queue_max = 2;
    })
    .await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = taken.clone();
    let _intake = edge
        .responder(ServiceName::Intake, REGISTER, move |_, payload| {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(200));
            each(payload, |_| done(json!({})))
        })
        .await;
    let asked = (0..12).map(|n| {
        let (edge, token) = (&edge, &token);
        async move { edge.post(COMPLAINTS, token, &format!("k{n}"), &json!({})).await }
    });
    let answered = join_all(asked).await;
    let full: Vec<_> = answered.iter().filter(|answered| answered.status == 503).collect();
    assert!(!full.is_empty());
    assert!(full.iter().all(|one| one.code() == "unavailable" && one.headers.contains_key("retry-after")));
    assert_eq!(taken.load(Ordering::SeqCst) + full.len(), 12, "what was refused was not sent");
}

#[tokio::test]
async fn a_lost_answer_is_told_as_lost() {
    let edge = Edge::start_with(|config| config.answer_timeout = Duration::from_millis(200)).await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let _intake = edge.responder(ServiceName::Intake, REGISTER, |_, _| None).await;
    let answered = edge.post(COMPLAINTS, &token, "k", &json!({})).await;
    assert_eq!((answered.status.as_u16(), answered.code().as_str()), (504, "outcome-unknown"));
    assert!(answered.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn more_at_once_than_there_are_places_is_shed() {
    let edge = Edge::start_with(|config| config.concurrent_max = 1).await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let _intake = edge
        .responder(ServiceName::Intake, REGISTER, |_, payload| {
            std::thread::sleep(Duration::from_millis(300));
            each(payload, |_| done(json!({})))
        })
        .await;
    let nothing = json!({});
    let slow = edge.post(COMPLAINTS, &token, "k", &nothing);
    let other = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        edge.get("/api/v1/me", &token).await
    };
    let (slow, other) = tokio::join!(slow, other);
    assert_eq!((slow.status.as_u16(), other.status.as_u16()), (201, 503));
    assert_eq!(other.code(), "unavailable");
}

#[tokio::test]
async fn a_refusal_of_a_service_and_a_condition_go_through() {
    let edge = Edge::start().await;
    let token = edge.token("zhao.min", &["handler"], Some("quality_management")).await;
    let expected: Arc<Mutex<Vec<Option<u64>>>> = Arc::default();
    let noted = expected.clone();
    let _investigation = edge
        .responder(ServiceName::Investigation, &[("verify", false)], move |_, payload| {
            each(payload, |command| {
                noted.lock().unwrap().push(command.expected_version);
                refused(ProblemCode::VisitLeft)
            })
        })
        .await;
    let asked = request(Method::POST, &format!("{COMPLAINTS}/{ID}/verify"), &token)
        .header("idempotency-key", "k")
        .header("if-match", "\"intake-3.investigation-7\"")
        .header("content-type", "application/json");
    let answered = edge.send(asked.body(Body::from("{}")).unwrap()).await;
    assert_eq!((answered.status.as_u16(), answered.code().as_str()), (409, "visit-left"));
    assert_eq!(*expected.lock().unwrap(), [Some(7)]);
}

/// Whether somebody may pass work on is routing's to say: it knows who holds it.
#[tokio::test]
async fn whoever_does_work_may_ask_to_pass_it_on_and_routing_decides() {
    let edge = Edge::start().await;
    let _routing = edge
        .responder(ServiceName::Routing, &[("work.reassign", false)], |_, payload| {
            each(payload, |command| match command.actor.person().map(|person| person.as_str()) {
                Some("wu.gang") => done(json!({})),
                _ => refused(ProblemCode::NotTheHolder),
            })
        })
        .await;
    let body = json!({ "complaint": ID, "person": "ma.jun", "reason": "熟悉此客户" });
    let path = format!("/api/v1/work/{ID}/reassign");
    for (name, role, status, code) in [
        ("wu.gang", "handler", 200, ""),
        ("hao.yu", "handler", 409, "not-the-holder"),
        ("gu.wen", "auditor", 403, "not-allowed"),
    ] {
        let token = edge.token(name, &[role], Some("logistics")).await;
        let answered = edge.post(&path, &token, name, &body).await;
        let found = if answered.status == 200 { String::new() } else { answered.code() };
        assert_eq!((answered.status.as_u16(), found.as_str()), (status, code), "{name}");
    }
}

/// Stands for routing: a case of logistics that wu.gang holds, where the call to the customer waits for an acceptor.
fn case(payload: &[u8]) -> Option<Vec<u8>> {
    found(payload, |query| {
        if query.body["complaint"] != ID {
            return Err(Problem::new(ProblemCode::NotFound, "there is no such case"));
        }
        Ok(json!({
            "visits": [{ "department": "logistics" }],
            "works": [
                { "department": "logistics", "person": "wu.gang" },
                { "department": "logistics", "person": null, "task": "contact", "role": "acceptor" },
            ],
            "results": [], "facts": {},
        }))
    })
}

/// contact data are shown to who must speak with the customer, and hidden from the department besides.
#[tokio::test]
async fn a_case_is_seen_by_its_department_and_contact_data_by_who_holds_it() {
    let edge = Edge::start().await;
    let _routing = edge.responder(ServiceName::Routing, &[("case", true)], |_, payload| case(payload)).await;
    let masked = Arc::new(Mutex::new(Vec::<(String, (Value, Value))>::new()));
    let noted = masked.clone();
    let names = &[("complaint", true), ("contact", true), ("text", true)];
    let _intake = edge
        .responder(ServiceName::Intake, names, move |subject, payload| {
            found(payload, |query| {
                if subject.ends_with("contact") {
                    let Actor::Staff { person, .. } = &query.actor else { panic!("{:?}", query.actor) };
                    let how = (query.body["masked"].clone(), query.body["speaks"].clone());
                    noted.lock().unwrap().push((person.to_string(), how));
                }
                Ok(json!({ "complainant": ComplaintId(uuid::Uuid::nil()), "version": 2 }))
            })
        })
        .await;
    let contact = format!("{COMPLAINTS}/{ID}/contact");
    let text = format!("{COMPLAINTS}/{ID}/text");
    for (name, roles, department, sees) in [
        ("wu.gang", "handler", "logistics", true),
        ("ma.jun", "leader", "logistics", true),
        ("zhao.min", "handler", "quality_management", false),
        ("lin.yue", "agent", "customer_service", true),
        ("gu.wen", "auditor", "head_office", true),
        ("xia.he", "acceptor", "logistics", true),
        ("mo.li", "clerk", "logistics", true),
    ] {
        let token = edge.token(name, &[roles], Some(department)).await;
        assert_eq!(edge.get(&text, &token).await.status, if sees { 200 } else { 404 }, "{name}");
        assert_eq!(edge.get(&contact, &token).await.status, if sees { 200 } else { 404 }, "{name}");
    }
    // Who is shown them by their role or by holding work, and who besides because the call is theirs to make.
    let expected = [
        ("wu.gang", false, false),
        ("ma.jun", true, false),
        ("lin.yue", false, false),
        ("gu.wen", true, false),
        ("xia.he", false, true),
        ("mo.li", true, false),
    ];
    let expected = expected.map(|(who, masked, speaks)| (who.to_owned(), (json!(masked), json!(speaks))));
    assert_eq!(*masked.lock().unwrap(), expected);
}

#[tokio::test]
async fn pages_go_on_by_an_opaque_cursor() {
    let edge = Edge::start().await;
    let token = edge.token("qian.guo", &["manager"], Some("head_office")).await;
    let _analytics = edge
        .responder(ServiceName::Analytics, &[("ledger", true)], |_, payload| {
            found(payload, |query| {
                let next =
                    if query.body["after"].is_null() { json!({ "complaint": ID }) } else { Value::Null };
                Ok(json!({ "cases": [query.body["limit"]], "after": query.body["after"], "next": next }))
            })
        })
        .await;
    let first = edge.get("/api/v1/ledger?limit=7", &token).await.json();
    assert_eq!(first["cases"], json!([7]));
    let cursor = first["next"].as_str().unwrap();
    let second = edge.get(&format!("/api/v1/ledger?cursor={cursor}"), &token).await.json();
    assert_eq!((&second["after"], &second["next"]), (&json!({ "complaint": ID }), &Value::Null));
    assert_eq!(second["cases"], json!([50]));
}

#[tokio::test]
async fn a_file_goes_in_and_comes_out_in_chunks() {
    let edge = Edge::start().await;
    let token = edge.token("lin.yue", &["agent"], None).await;
    let content: Vec<u8> = (0..700_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let stored: Arc<Mutex<(Value, Vec<Value>)>> = Arc::default();
    let (put, got) = (stored.clone(), stored.clone());
    let names = &[("file.begin", false), ("file.chunk", false), ("file.finish", false)];
    let _intake = edge
        .responder(ServiceName::Intake, names, move |subject, payload| {
            each(payload, |command| {
                let mut put = put.lock().unwrap();
                if subject.ends_with("begin") {
                    put.0 = command.body.clone();
                } else if subject.ends_with("chunk") {
                    assert_eq!(command.body["index"], put.1.len());
                    put.1.push(command.body["content"].clone());
                }
                done(json!({}))
            })
        })
        .await;
    let reading = &[("file.chunk", true)];
    let _reader = edge
        .responder(ServiceName::Intake, reading, move |_, payload| {
            found(payload, |query| {
                let got = got.lock().unwrap();
                let index = usize::try_from(query.body["index"].as_u64().unwrap()).unwrap();
                Ok(json!({
                    "file": got.0["file"], "name": got.0["name"], "bytes": got.0["bytes"], "sha256": got.0["sha256"],
                    "media_type": "image/jpeg", "chunks": got.1.len(), "added_at": "2025-03-07T02:00:00Z",
                    "complaint": ID, "content": got.1[index],
                }))
            })
        })
        .await;
    let upload = request(Method::POST, &format!("{COMPLAINTS}/{ID}/files?name=%E9%9E%8B.jpg"), &token)
        .header("idempotency-key", "k");
    let stored_as = edge.send(upload.body(Body::from(content.clone())).unwrap()).await;
    assert_eq!(stored_as.status, 201, "{:?}", stored_as.json());
    assert_eq!(stored.lock().unwrap().1.len(), 3);
    let location = stored_as.headers["location"].to_str().unwrap().to_owned();
    let file = edge.get(&location, &token).await;
    assert_eq!(file.bytes, content);
    assert_eq!(file.headers["content-disposition"], "attachment; filename*=UTF-8''%E9%9E%8B.jpg");
    let elsewhere = location.replace(ID, "0195702c-7b80-7000-8000-000000000003");
    assert_eq!(edge.get(&elsewhere, &token).await.code(), "not-found");
    let small = Edge::start_with(|config| config.file_max_bytes = 2000).await;
    let token = small.token("lin.yue", &["agent"], None).await;
    let upload = request(Method::POST, &format!("{COMPLAINTS}/{ID}/files?name=x"), &token)
        .header("idempotency-key", "k");
    assert_eq!(small.send(upload.body(Body::from(content)).unwrap()).await.code(), "too-large");
}

///
#[tokio::test]
async fn number_and_code_together_open_the_progress_and_nothing_else() {
    let edge = Edge::start_with(|config| config.public_per_minute = 6).await;
    let _intake = edge
        .responder(ServiceName::Intake, &[("track", true)], |_, payload| {
            found(payload, |query| {
                assert_eq!(query.actor, Actor::Customer);
                if query.body["code"] != "ABCD" {
                    return Err(Problem::new(ProblemCode::NotFound, "number and code do not belong together"));
                }
                let at = "2025-03-07T02:00:00Z";
                Ok(json!({
                    "complaint": ID, "number": "T-1", "received_at": at, "registered_at": at,
                    "progress": { "stage": "callback", "kind": "callback", "instance": 1, "since": at, "closed": false },
                }))
            })
        })
        .await;
    let visit = "0195702c-7b80-7000-8000-000000000009";
    let orders: Arc<Mutex<Vec<Command>>> = Arc::default();
    let noted = orders.clone();
    let _notification = edge
        .responder(ServiceName::Notification, &[("case", true), ("callback", false)], move |subject, payload| {
            if subject.ends_with("case") {
                return found(payload, |_| {
                    Ok(json!({ "visits": [
                        { "visit": ID, "kind": "reply", "epoch": 1, "progress": { "stands": "held" } },
                        { "visit": visit, "kind": "callback", "epoch": 2, "progress": { "stands": "requested" } },
                    ] }))
                });
            }
            each(payload, |command| {
                noted.lock().unwrap().push(command.clone());
                done(json!({ "outcome": "secret" }))
            })
        })
        .await;
    let progress = edge.get("/api/v1/public/complaints?number=T-1&code=ABCD", "").await.json();
    assert_eq!(progress["now"]["zh"], "正在回访，请您评价");
    assert!(!progress.to_string().contains(ID), "the id of the complaint is not told");
    assert_eq!(edge.get("/api/v1/public/complaints?number=T-1&code=x", "").await.code(), "not-found");
    let body = json!({ "code": "ABCD", "satisfaction": "1", "opinion": "好" });
    let rated = edge.post("/api/v1/public/complaints/T-1/satisfaction", "", "k", &body).await;
    assert_eq!((rated.status.as_u16(), rated.json()), (200, json!({ "recorded": true })));
    let order = orders.lock().unwrap()[0].clone();
    assert_eq!(
        (order.actor, &order.body["visit"], &order.body["epoch"]),
        (Actor::Customer, &json!(visit), &json!(2))
    );
    let mut last = 200;
    for _ in 0..8 {
        last = edge.get("/api/v1/public/complaints?number=T-1&code=y", "").await.status.as_u16();
    }
    assert_eq!(last, 429, "codes are not guessed");
}
