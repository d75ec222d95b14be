//! The administrator's rooms: who enters which, and that what they order is what the API orders.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use contracts::{Problem, ProblemCode, ServiceName};
use serde_json::{Value, json};

use crate::browser::{Browser, hidden, text, to};
use crate::{Edge, PASSWORD, Responder, done, each, found, refused};

const PARKED: &str = "0195702c-7b80-7000-8000-000000000009";
/// Every room.
const ROOMS: &[&str] =
    &["system", "parked", "messages", "audit", "playbooks", "channels", "calendars", "directory", "access"];
pub(crate) const COMPLAINT: &str = "d01260ec-5026-578c-90c1-bce5b865f587";

/// A playbook as routing tells it.
fn playbook() -> Value {
    let label = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    json!({
        "id": "p03", "version": 2, "sha256": "ab12", "by": {"kind": "system"}, "at": "2026-11-28T06:00:00Z", "text": "id: p03\nversion: 3\n", "scenarios": "title: kept",
        "document": {
            "id": "p03", "version": 2, "title": label("接收分类审批", "Receive, classify, approve"),
            "document_control": {"number": "QB-07", "drafted_by": "张三", "changes": [
                {"number": 1, "date": "2026-11-01", "description": label("首次发布", "First issue"), "by": "李四"}]},
            "stages": [
                {"key": "receive", "kind": "register", "label": label("受理", "Reception"), "next": [{"to": "handle"}]},
                {"key": "handle", "kind": "propose", "label": label("处理", "Handling"), "owner": {"role": "handler"},
                 "next": [{"to": "receive", "loop": "again", "when": "outcome == 'objected'"}]},
            ],
            "loops": [{"key": "again", "label": label("退回重办", "Back for another try"), "from": "handle", "to": "receive"}],
            "clocks": [{"key": "answer", "label": label("答复时限", "Answer"), "limit": "3 working days",
                        "start": [{"event": "received"}], "stop": [{"left": "handle"}], "strictness": "hard"}],
            "roles": {"handler": {"label": label("经办人", "Handler"), "department": "responsible"}},
            "forms": [{"key": "sheet", "label": label("《投诉处理单》", "Complaint sheet")}],
            "categories": [{"key": "quality", "label": label("产品质量", "Product quality")}],
            "authority_matrix": [{"key": "small", "amount_up_to": "100", "steps": [{"role": "handler"}]}],
        },
    })
}

fn of_settings(name: &str, body: &Value) -> Option<Value> {
    Some(match name {
        "playbooks" => {
            json!([{"id": "p03", "title": {"zh": "接收分类审批", "en": "Receive, classify, approve"},
            "versions": [{"version": 2, "sha256": "ab12", "at": "2026-11-28T06:00:00Z"}]}])
        }
        "activations" => {
            let shown = |version: u32, from: &str, until: Option<&str>| {
                json!({
                "playbook": {"id": "p03", "version": version}, "scope": {"unit": null, "channel": "phone", "customer_type": null},
                "from": from, "until": until, "by": {"kind": "staff", "person": "feng.qi", "roles": []}, "at": "2026-11-01T06:00:00Z" })
            };
            json!({ "activations": [shown(2, "2026-11-01T06:00:00Z", Some("2090-01-01T00:00:00Z"))],
                "coming": [shown(3, "2090-01-01T00:00:00Z", None)],
                "past": [shown(1, "2026-10-01T06:00:00Z", Some("2026-11-01T06:00:00Z"))] })
        }
        "playbook" => playbook(),
        "playbook.check" if body["text"].as_str()?.contains("broken") => json!({ "mistakes": [{
            "line": 7, "column": 3, "path": "stages[0].next", "code": "unknown_reference",
            "message": {"zh": "没有环节“x”", "en": "there is no stage x"}}] }),
        "playbook.check" => json!({ "mistakes": [] }),
        "preview" => {
            json!({ "counts": {"looked_at": 9, "whole": true, "concerned": 9, "cases": 1, "clocks": 1, "earlier": 1, "later": 0,
            "overdue": 1, "no_longer_overdue": 0, "stopped": 0, "cannot": 0}, "items": [], "next": null,
            "as_of": "2026-11-28T06:00:00Z", "zone": "Asia/Shanghai" })
        }
        _ => return None,
    })
}

/// Routing, which has parked a message; what it is ordered is noted.
pub(crate) async fn routing(edge: &Edge, refuse: bool) -> (Responder, Arc<Mutex<Vec<Value>>>) {
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
        ("playbooks", true),
        ("activations", true),
        ("playbook", true),
        ("playbook.check", true),
        ("preview", true),
        ("case", true),
        ("playbook.publish", false),
        ("playbook.activate", false),
        ("activation.withdraw", false),
        ("playbook.apply", false),
        ("calendar.publish", false),
        ("calendar.apply", false),
        ("directory.import", false),
    ];
    let answering = edge.responder(ServiceName::Routing, &names, move |subject, payload| {
        let name = subject.rsplit_once("routing.").unwrap().1;
        if name == "status" {
            let status = json!({ "service": "routing", "now": "2026-11-28T06:00:00Z", "unpublished": 0, "parked": 1,
                "sources": [{"source": "intake", "pending": 2, "unacknowledged": 1, "oldest": null}] });
            return Some(serde_json::to_vec(&json!({ "answer": "found", "body": status })).unwrap());
        }
        if ["parked.replay", "parked.drop", "playbook.publish", "playbook.activate", "activation.withdraw", "playbook.apply", "calendar.publish", "calendar.apply", "directory.import"].contains(&name) {
            return each(payload, |command| {
                noted.lock().unwrap().push(json!({ "verb": command.verb, "body": command.body }));
                if refuse { refused(ProblemCode::InvalidField) } else { done(match name {
                    "directory.import" => json!({ "departments": {"added": [], "changed": [], "unchanged": 0},
                        "people": {"added": ["he.ping"], "changed": [], "unchanged": 3}, "left_out": [] }),
                    _ => json!({ "id": "p03", "version": 3 }),
                }) }
            });
        }
        found(payload, |query| {
            if let Some(told) = of_settings(name, &query.body) {
                return Ok(told);
            }
            Ok(match name {
                "case" if query.body["number"] == "TS1" => json!({ "complaint": COMPLAINT }),
                "case" => return Err(Problem::new(ProblemCode::NotFound, "no such case")),
                "directory" => json!({
                    "departments": [{"id": "sales", "name": {"zh": "销售部", "en": "Sales"}}],
                    "people": [{"id": "feng.qi", "name": "冯琪", "department": "sales", "roles": ["handler"],
                        "absences": [{"from": "2026-12-01T00:00:00Z", "until": "2026-12-05T00:00:00Z", "deputy": "feng.qi"}]}],
                    "shifts": [],
                }),
                "calendars" => json!({ "default": "cn", "calendars": [{
                    "id": "cn", "version": 1, "at": "2026-11-28T06:00:00Z", "applied": null,
                    "document": {"id": "cn", "version": 1, "zone": "Asia/Shanghai", "weekly": {"monday": ["09:00-18:00"]},
                        "holidays": [{"first": "2026-10-01", "last": "2026-10-07", "name_zh": "国庆节", "name_en": "National Day"}],
                        "make_up_days": []},
                }] }),
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

/// Intake, which knows by which channels complaints come.
pub(crate) async fn intake(edge: &Edge) -> Responder {
    edge.responder(ServiceName::Intake, &[("channels", true)], |_, payload| {
        found(payload, |_| {
            let text = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
            Ok(json!([{ "channel": "phone", "label": text("电话", "Telephone"), "playbooks": ["p03"],
                "role": text("受理人", "Receiver"), "department": text("客服部", "Service"), "people": ["冯琪"],
                "subject_has": [], "menu": [{"key": "1", "label": text("投诉", "A complaint"), "kind": "complaint"}] }]))
        })
    })
    .await
}

/// A message as notification shows it, with a fault in English.
fn message(own: bool) -> Value {
    json!({ "template": "acknowledgement", "own": own, "subject": null,
        "body": {"zh": "编号 {{ number }}", "en": "Number {{ nummer }}"}, "names": ["number", "facts.category"],
        "rendered": [{"language": "zh", "subject": "已收到", "body": "编号 TS1 <b>", "fault": null},
            {"language": "en", "subject": null, "body": null, "fault": "undefined value (in acknowledgement:1)"}] })
}

pub(crate) async fn notification(edge: &Edge) -> Responder {
    edge.responder(ServiceName::Notification, &[("outbox", true), ("messages", true)], |subject, payload| {
        found(payload, |query| {
            if subject.ends_with(".messages") {
                return Ok(json!([message(true)]));
            }
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
pub(crate) fn links(page: &str) -> BTreeSet<String> {
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
    let (_notification, _intake) = (notification(&edge).await, intake(&edge).await);
    let overseers = &ROOMS[..8];
    let roles: [(&str, &[&str]); 5] = [
        ("administrator", ROOMS),
        ("manager", overseers),
        ("auditor", overseers),
        // Whoever works by a playbook may read it, as by the API; the rooms are not in their navigation.
        ("handler", &["playbooks", "channels", "calendars", "directory"]),
        ("privacy_officer", &[]),
    ];
    for (role, enters) in roles {
        edge.account(role, &[role], Some("sales")).await;
        let mut browser = Browser::new(&edge);
        browser.sign_in(role, PASSWORD).await;
        let shown = text(&browser.get("/console/work").await);
        assert_eq!(shown.contains("href=\"/console/admin\""), enters.contains(&"system"), "{role}");
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
    assert_eq!(manager.get("/console/admin/parked/nobody/x").await.status, 404);
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
