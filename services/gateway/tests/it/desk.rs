//! The front desk's pages: what is looked up while somebody types, and the screen on the wall.

use contracts::ServiceName;
use serde_json::{Value, json};

use crate::browser::{Browser, carried, text, to};
use crate::{Edge, PASSWORD, Responder, done, each, found, refused};

const COMPLAINT: &str = "d01260ec-5026-578c-90c1-bce5b865f587";

fn listed() -> Value {
    json!({
        "complaint": COMPLAINT, "number": "TS7", "complainant": "c32674c1-e6c2-57f7-98f7-855ba1298c66", "playbook_id": "p03",
        "channel": "phone", "kind": "complaint", "category": "quality", "unit": null,
        "received_at": "2026-11-28T06:00:00Z", "registered_at": "2026-11-28T06:00:00Z",
    })
}

async fn intake(edge: &Edge) -> Responder {
    let names = [
        ("channels", true),
        ("desk", true),
        ("contact", true),
        ("tell", true),
        ("complaint", true),
        ("complaint.register", false),
    ];
    edge.responder(ServiceName::Intake, &names, |subject, payload| {
        let name = subject.rsplit_once("intake.").unwrap().1;
        if name == "complaint.register" {
            return each(payload, |command| {
                let body = &command.body;
                assert_eq!(body["facts"]["form_checklist_listening"], "1/2", "{body}");
                assert!(body["settlement"].is_null(), "{body}");
                if body["narrative"].is_null() { refused(contracts::ProblemCode::MissingField) } else { done(json!({})) }
            });
        }
        found(payload, |query| {
            Ok(match name {
                "channels" => json!([{
                    "channel": "phone", "label": {"zh": "电话", "en": "Telephone"}, "playbooks": ["p03"], "role": null,
                    "department": null, "people": [],
                }]),
                "desk" => {
                    let known = query.body["phone"] == "13800001234";
                    let mut earlier = listed();
                    earlier["progress"] = Value::Null;
                    earlier["alike"] = json!(true);
                    json!({
                        "playbook": {"id": "p03", "version": 1}, "required": ["/complainant", "/narrative"],
                        "settle": {"max_amount": 2000}, "earlier": if known { json!([earlier]) } else { json!([]) }, "more": false,
                        "repeats": known.then_some(COMPLAINT),
                    })
                }
                "contact" => json!({"name": "王芳", "masked": false}),
                "tell" => json!({"number": "TS8", "acceptor": "lin.yue", "settled": false, "times": [],
                    "flow": [{"zh": "部门处理", "en": "The department handles it"}]}),
                _ => {
                    let mut complaint = listed();
                    complaint["number"] = json!("TS8");
                    let rest = json!({"version": 1, "playbook": {"id": "p03", "version": 1}, "language": "zh", "external": null,
                        "repeats": null, "progress": null, "settlement": null, "tracking_code": "AAAAA-BBBBB"});
                    complaint.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
                    complaint
                }
            })
        })
    })
    .await
}

async fn others(edge: &Edge) -> (Responder, Responder) {
    let names = [("directory", true), ("calendars", true), ("playbook", true), ("board", true)];
    let routing = edge.responder(ServiceName::Routing, &names, |subject, payload| {
        let name = subject.rsplit_once("routing.").unwrap().1;
        found(payload, |_| {
            Ok(match name {
                "directory" => json!({
                    "departments": [{"id": "service", "name": {"zh": "客服部", "en": "Service"}}],
                    "people": [{"id": "lin.yue", "name": "林月", "department": "service"}],
                }),
                "calendars" => json!({ "default": "cn", "calendars": [{"id": "cn", "document": {"zone": "Asia/Shanghai"}}] }),
                "board" => {
                    let waiting = |n: u32| json!({"waiting": n, "oldest": null});
                    json!({"at": "2026-11-28T06:00:00Z", "most": 1000, "departments": [{"department": "service",
                        "simple": waiting(1000), "complex": waiting(2), "overdue": 3, "due_soon": 4}]})
                }
                _ => json!({ "document": {
                    "categories": [{"key": "quality", "label": {"zh": "产品质量", "en": "Product quality"}}],
                    "checklists": {"listening": {"label": {"zh": "倾听", "en": "Listening"}, "items": [{"zh": "听完", "en": "Heard"}, {"zh": "复述", "en": "Restated"}]}},
                    "scripts": {"calm": {"label": {"zh": "不争论", "en": "No argument"}, "avoid": [{"words": {"zh": "不可能", "en": "impossible"}}]}},
                }}),
            })
        })
    });
    let notification = edge.responder(ServiceName::Notification, &[("wording", true)], |_, payload| {
        found(payload, |query| {
            let at = query.body["text"].as_str().unwrap().find("impossible");
            let warning = at.map(|from| json!({"from": from, "to": from + 10, "better": {"zh": "我们会尽力", "en": "we will try"}}));
            Ok(json!({ "warnings": warning.into_iter().collect::<Vec<_>>() }))
        })
    });
    (routing.await, notification.await)
}

/// what is known of the caller comes with what was typed, in no address; what is
/// registered is told.
#[tokio::test]
async fn a_caller_is_known_before_the_complaint_is_on_record() {
    let edge = Edge::start().await;
    let (_intake, _others) = (intake(&edge).await, others(&edge).await);
    edge.account("lin.yue", &["agent"], Some("service")).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("lin.yue", PASSWORD).await;
    let page = browser.get("/console/register").await;
    let empty = text(&page);
    assert!(empty.contains("Earlier complaints appear here") && empty.contains("Heard"), "{empty}");
    assert!(empty.contains("up to ¥20.00"), "{empty}");
    let typed = [
        ("/channel", "phone"),
        ("/complainant/phone", "13800001234"),
        ("/narrative", "they said: impossible!"),
    ];
    let looked = text(&browser.send(&page, "/console/register/look", &typed).await);
    for expected in [
        "Earlier complaints of 王芳",
        "TS7",
        "Possibly a duplicate",
        "a repeat of TS7",
        "<mark>impossible</mark>",
        "we will try",
    ] {
        assert!(looked.contains(expected), "{expected}: {looked}");
    }
    let again = browser.get("/console/register/look").await;
    assert_eq!(to(&again), "/console/register");
    let carried = carried(&page, "/console/register");
    let carried = |of: &str| carried.iter().find(|(name, _)| name == of).unwrap().1.clone();
    let (key, made_for) = (carried("key"), carried("made_for"));
    let ticked = [("key", key.as_str()), ("made_for", made_for.as_str()), ("checklist/listening/0", "true")];
    let refusal = browser.send(&page, "/console/register", &[&ticked[..], &typed[..2]].concat()).await;
    assert_eq!(refusal.status, 422);
    assert!(text(&refusal).contains("id=\"summary\"") && text(&refusal).contains("13800001234"));
    let sent = browser.send(&page, "/console/register", &[&ticked[..], &typed[..]].concat()).await;
    let receipt = text(&browser.get(to(&sent)).await);
    for expected in ["TS8", "AAAAA-BBBBB", "林月", "The department handles it"] {
        assert!(receipt.contains(expected), "{expected}: {receipt}");
    }
}

/// the screen on the wall has an account that sees the queues and nothing else.
#[tokio::test]
async fn the_wall_sees_queues_and_nothing_else() {
    let edge = Edge::start().await;
    let _others = others(&edge).await;
    edge.account("wall", &["wallboard"], None).await;
    edge.account("lin.yue", &["agent"], Some("service")).await;
    let mut agent = Browser::new(&edge);
    agent.sign_in("lin.yue", PASSWORD).await;
    let mut wall = Browser::new(&edge);
    wall.sign_in("wall", PASSWORD).await;
    assert_eq!(to(&wall.get("/console").await), "/console/board");
    let board = text(&wall.get("/console/board").await);
    for expected in ["data-bs-theme=\"dark\"", "over 999", "Service", "林月"] {
        assert!(board.contains(expected), "{expected}: {board}");
    }
    assert_eq!(wall.get("/console/work").await.status, 403);
    assert_eq!(wall.get("/console/register").await.status, 403);
}
