//! The administrator's rooms: who enters which, and that what they order is what the API orders.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use contracts::{Problem, ProblemCode, ServiceName};
use serde_json::{Value, json};

use crate::browser::{Browser, hidden, text, to};
use crate::{Edge, PASSWORD, Responder, done, each, found, refused};

const PARKED: &str = "0195702c-7b80-7000-8000-000000000009";
/// Each room with a role that may not enter it.
const ROOMS: &[&str] = &["system", "parked", "messages"];

/// Routing, which has parked a message; what it is ordered is noted.
async fn routing(edge: &Edge, refuse: bool) -> (Responder, Arc<Mutex<Vec<Value>>>) {
    let ordered: Arc<Mutex<Vec<Value>>> = Arc::default();
    let noted = ordered.clone();
    let parked = json!({
        "id": PARKED, "subject": {"organisation": "huarun", "kind": "complaint", "id": "d01260ec-5026-578c-90c1-bce5b865f587"},
        "what": {"kind": "event", "source": "intake", "sequence": 4, "event": PARKED, "type": "redress.intake.complaint.registered.v1"},
        "code": "unknown-playbook", "reason": "P99 is <b>not</b> known", "parked_at": "2026-11-28T06:00:00Z",
        "attempts": 3, "settled": null,
    });
    let names = [
        ("status", true),
        ("parked", true),
        ("directory", true),
        ("calendars", true),
        ("parked.replay", false),
        ("parked.drop", false),
    ];
    let answering = edge.responder(ServiceName::Routing, &names, move |subject, payload| {
        let name = subject.rsplit_once("routing.").unwrap().1;
        if name == "status" {
            let status = json!({ "service": "routing", "now": "2026-11-28T06:00:00Z", "unpublished": 0, "parked": 1,
                "sources": [{"source": "intake", "pending": 2, "unacknowledged": 1, "oldest": null}] });
            return Some(serde_json::to_vec(&json!({ "answer": "found", "body": status })).unwrap());
        }
        if name.starts_with("parked.") {
            return each(payload, |command| {
                noted.lock().unwrap().push(json!({ "verb": command.verb, "body": command.body }));
                if refuse { refused(ProblemCode::InvalidField) } else { done(json!({})) }
            });
        }
        found(payload, |query| {
            Ok(match name {
                "directory" => json!({ "departments": [], "people": [] }),
                "calendars" => json!({ "default": "cn", "calendars": [] }),
                _ if query.body["id"] == PARKED => {
                    let mut one = parked.clone();
                    one["headers"] = json!([["ce-type", "redress.intake.complaint.registered.v1"]]);
                    one["body"] = json!("{\"playbook\":\"P99\"}");
                    one
                }
                _ if query.body["id"].is_string() => return Err(Problem::new(ProblemCode::NotFound, "nothing").at("/id")),
                _ => json!({ "parked": [parked], "next": null }),
            })
        })
    });
    (answering.await, ordered)
}

async fn notification(edge: &Edge) -> Responder {
    edge.responder(ServiceName::Notification, &[("outbox", true)], |_, payload| {
        found(payload, |query| {
            assert!(query.body["state"].is_string(), "{:?}", query.body);
            Ok(json!({
                "messages": [{
                    "notice": PARKED, "requested_at": "2026-11-28T06:00:00Z", "recipient": {"to": "complainant", "complainant": PARKED},
                    "channel": "sms", "template": "acknowledgement", "complaint": "d01260ec-5026-578c-90c1-bce5b865f587", "word": PARKED,
                    "subject": null, "attempts": 5, "last_attempt": {"at": "2026-11-28T06:05:00Z", "outcome": "failed", "detail": "no such number"},
                }],
                "words": {PARKED: "您好，已受理。"}, "next": null,
            }))
        })
    })
    .await
}

/// What a page links to in the rooms.
fn links(page: &str) -> BTreeSet<String> {
    let found = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    found
        .filter(|address| address.starts_with("/console/admin"))
        .map(|link| link.replace("&amp;", "&"))
        .collect()
}

/// nobody sees a link that they may not follow, and a room refuses in words who may not enter it.
#[tokio::test]
async fn the_rooms_are_seen_and_entered_by_the_roles_that_may() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, false).await;
    let _notification = notification(&edge).await;
    for (role, enters) in [
        ("administrator", ROOMS),
        ("manager", ROOMS),
        ("auditor", ROOMS),
        ("handler", &[]),
        ("privacy_officer", &[]),
    ] {
        edge.account(role, &[role], Some("sales")).await;
        let mut browser = Browser::new(&edge);
        browser.sign_in(role, PASSWORD).await;
        let shown = text(&browser.get("/console/work").await);
        assert_eq!(shown.contains("href=\"/console/admin\""), !enters.is_empty(), "{role}");
        for room in ROOMS {
            let address = format!("/console/admin/{room}");
            let page = browser.get(&address).await;
            assert_eq!(page.status.as_u16(), if enters.contains(room) { 200 } else { 403 }, "{role} {room}");
            if !enters.contains(room) {
                assert!(text(&page).contains("This is not yours to do"), "{}", text(&page));
            }
            for link in links(&text(&page)) {
                let status = browser.get(&link).await.status.as_u16();
                assert!(matches!(status, 200 | 303), "{role} follows {link} of {room}: {status}");
            }
        }
    }
}

#[tokio::test]
async fn every_service_is_shown_and_one_that_does_not_answer_too() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, false).await;
    edge.account("he.ping", &["auditor"], None).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("he.ping", PASSWORD).await;
    assert_eq!(to(&browser.get("/console/admin").await), "/console/admin/system");
    let page = text(&browser.get("/console/admin/system").await);
    for expected in
        ["Routing", "a person has to settle them", "Does not answer", "/console/admin/parked?service=routing"]
    {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert_eq!(page.matches("Does not answer").count(), 5, "{page}");
}

/// What is wrong is said in words, the message is shown, and settling it goes the way of the API.
#[tokio::test]
async fn a_parked_message_is_shown_and_settled_with_a_reason() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("he.ping", &["auditor"], None).await;
    edge.account("zhou.lan", &["manager"], None).await;
    let address = format!("/console/admin/parked/routing/{PARKED}");
    let mut auditor = Browser::new(&edge);
    auditor.sign_in("he.ping", PASSWORD).await;
    let read = auditor.get(&address).await;
    assert!(!text(&read).contains("/replay"), "who may not settle it is not asked to");
    assert_eq!(auditor.send(&read, &format!("{address}/replay"), &[("/reason", "x")]).await.status, 403);

    let mut manager = Browser::new(&edge);
    manager.sign_in("zhou.lan", PASSWORD).await;
    assert!(text(&manager.get("/console/admin/parked").await).contains(&address));
    let page = manager.get(&address).await;
    let shown = text(&page);
    assert!(
        shown.contains("P99 is &lt;b&gt;not&lt;/b&gt; known") && shown.contains("&quot;playbook&quot;"),
        "{shown}"
    );
    let key = hidden(&page, "key");
    let fields = [("key", key.as_str()), ("/reason", "published now")];
    let sent = manager.send(&page, &format!("{address}/replay"), &fields).await;
    assert_eq!(to(&sent), "/console/admin/parked?done=replayed");
    assert!(text(&manager.get("/console/admin/parked?done=replayed").await).contains("It was handled again"));
    let expected = json!({ "verb": "parked.replay", "body": {"id": PARKED, "reason": "published now"} });
    assert_eq!(*ordered.lock().unwrap(), [expected]);
    assert_eq!(manager.get("/console/admin/parked/nobody/x").await.status, 400);
}

#[tokio::test]
async fn what_settling_refuses_is_told_above_what_was_typed() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, true).await;
    edge.account("zhou.lan", &["manager"], None).await;
    let mut manager = Browser::new(&edge);
    manager.language = "zh";
    manager.sign_in("zhou.lan", PASSWORD).await;
    let address = format!("/console/admin/parked/routing/{PARKED}");
    let page = manager.get(&address).await;
    let refusal = manager.send(&page, &format!("{address}/drop"), &[("/reason", "误发的测试")]).await;
    assert_eq!(refusal.status, 422);
    assert!(text(&refusal).contains("没有任何内容被更改") && text(&refusal).contains("误发的测试"));
}

#[tokio::test]
async fn a_message_that_failed_is_listed_with_its_text_and_why() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, false).await;
    let _notification = notification(&edge).await;
    edge.account("he.ping", &["auditor"], None).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("he.ping", PASSWORD).await;
    let page = text(&browser.get("/console/admin/messages").await);
    for expected in ["no such number", "您好，已受理。", "The customer", "attempt 5"] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert_eq!(browser.get("/console/admin/messages?of=lost").await.status, 404);
}
