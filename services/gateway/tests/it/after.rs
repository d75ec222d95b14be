//! Customer service, after: who is to be spoken with, how they are reached and by whom that is seen, and what they answer.

use contracts::ServiceName;
use serde_json::{Value, json};

use crate::browser::{Browser, text};
use crate::{Answered, Edge, PASSWORD, Responder, found};

const COMPLAINT: &str = "d01260ec-5026-578c-90c1-bce5b865f587";
const WORK: &str = "62d59f35-6382-53e4-8245-bee9d81d5022";
const VISIT: &str = "c32674c1-e6c2-57f7-98f7-855ba1298c66";

/// A callback that lin.yue holds, and a customer to whom a clock owes word.
async fn routing(edge: &Edge) -> Responder {
    let names = ["work", "contacts", "cases", "directory", "calendars", "activations", "playbook"];
    edge.responder(ServiceName::Routing, &names.map(|name| (name, true)), |subject, payload| {
        let name = subject.rsplit_once("routing.").unwrap().1;
        found(payload, |query| Ok(match name {
            "work" if query.body["tasks"] == json!(["callback"]) => json!({ "items": [{
                "work": WORK, "complaint": COMPLAINT, "number": "TS1", "visit": VISIT, "epoch": 1, "task": "callback",
                "stage": "callback", "label": {"zh": "回访", "en": "Call back"}, "department": "customer_service",
                "role": "agent", "person": "lin.yue", "instead_of": null, "queued": null,
                "due": "2020-01-01T00:00:00Z", "level": 2, "category": "quality",
                "requested_at": "2026-11-28T06:00:00Z", "since": "2026-11-28T06:00:00Z",
            }], "next": null }),
            "work" => json!({ "items": [], "next": null }),
            "contacts" => json!({ "items": [{
                "complaint": COMPLAINT, "number": "TS1", "playbook": {"id": "p03", "version": 1}, "clock": "progress",
                "label": {"zh": "每周至少联系一次", "en": "Contacted at least weekly"}, "due": "2020-01-01T00:00:00Z",
                "since": "2019-12-25T00:00:00Z", "hard": true, "department": "customer_service", "person": "lin.yue",
                "level": 1, "category": "quality",
            }], "next": null }),
            "cases" => {
                assert_eq!(query.body["complaints"], json!([COMPLAINT]));
                json!({ "items": [{
                    "complaint": COMPLAINT, "number": "TS1", "playbook": {"id": "p03", "version": 1}, "channel": "phone",
                    "category": "quality", "place": "at_stage", "stage": "handle", "department": "sales", "level": 2,
                    "label": {"zh": "部门处理", "en": "The department handles it"}, "instance": 2, "missed": 0,
                    "due": null, "registered_at": "2026-11-28T06:00:00Z", "closed_at": null,
                }], "next": null })
            }
            "directory" => json!({
                "departments": [{"id": "customer_service", "name": {"zh": "客户服务部", "en": "Customer service"}}],
                "people": [{"id": "lin.yue", "name": "林月", "department": "customer_service"}],
            }),
            "calendars" => json!({ "default": "cn", "calendars": [{"id": "cn", "document": {"zone": "Asia/Shanghai"}}] }),
            "activations" => json!({ "activations": [] }),
            _ => json!({ "document": {
                "categories": [{"key": "quality", "label": {"zh": "产品质量", "en": "Product quality"}}],
                "channels": [{"key": "phone", "label": {"zh": "电话", "en": "Telephone"}}],
                "satisfaction": {"scale": [{"key": "5", "label": {"zh": "5-很不满意", "en": "5 very dissatisfied"}}]},
                "scripts": {"calm": {"label": {"zh": "安抚", "en": "Calming"}, "say": [{"zh": "请放心", "en": "Be assured"}]}},
            } }),
        }))
    })
    .await
}

async fn others(edge: &Edge) -> [Responder; 2] {
    let intake = edge
        .responder(ServiceName::Intake, &[("complaint", true), ("contact", true)], |subject, payload| {
            let contact = subject.ends_with("contact");
            found(payload, |query| {
                let hidden = query.body["masked"] == true;
                let phone = if hidden { "138****1234" } else { "13800001234" };
                Ok(if contact {
                    json!({
                        "name": "王芳", "phone": phone, "email": null, "address": null, "other": null,
                        "preferred_channel": null, "masked": hidden,
                    })
                } else {
                    json!({ "complainant": VISIT, "channel": "phone", "playbook": {"id": "p03", "version": 1} })
                })
            })
        })
        .await;
    let names = [("case", true), ("satisfaction", true)];
    let notification = edge
        .responder(ServiceName::Notification, &names, |subject, payload| {
            let case = subject.ends_with(".case");
            found(payload, |query| Ok(if case { talk() } else { answers(&query.body) }))
        })
        .await;
    [intake, notification]
}

fn talk() -> Value {
    json!({
        "visits": [{
            "visit": VISIT, "kind": "callback",
            "calls": [{"at": "2026-11-28T06:00:00Z", "reached": false}],
            "guide": {
                "calls": {"min": 2, "max": 3}, "notes": [],
                "scripts": {"calm": {
                    "label": {"zh": "安抚", "en": "Calming"}, "say": [{"zh": "请放心", "en": "Be assured"}],
                    "avoid": [{"words": {"zh": "不可能", "en": "impossible"}, "better": {"zh": "我来想办法", "en": "I will find a way"}}],
                }},
            },
        }],
        "caller_notes": [{"note": {"id": "n1"}}], "words": {"n1": "客户上夜班，下午再打。"},
    })
}

fn answers(asked: &Value) -> Value {
    assert!(asked["department"].is_null() || asked["department"] == "sales", "{asked}");
    json!({ "items": [{
        "complaint": COMPLAINT, "number": "TS1", "playbook": {"id": "p03", "version": 1}, "visit": VISIT, "attempt": 1,
        "stage": "callback", "at": "2026-11-28T06:00:00Z", "answer": "5", "positive": false, "outcome": "dissatisfied",
        "channel": "phone", "by": "lin.yue", "department": "customer_service", "opinion": "修了又坏", "withheld": false,
    }], "next": null })
}

async fn signed_in<'a>(edge: &'a Edge, person: &str, (role, department): (&str, &str)) -> Browser<'a> {
    edge.account(person, &[role], Some(department)).await;
    let mut browser = Browser::new(edge);
    browser.sign_in(person, PASSWORD).await;
    browser
}

fn has(page: &Answered, expected: &[&str]) {
    let shown = text(page);
    assert_eq!(page.status, 200, "{shown}");
    for one in expected {
        assert!(shown.contains(one), "{one}: {shown}");
    }
}

/// whoever calls back has before them until when, whom and by which number, what was tried,
/// what to know first, what to say and what not; who need not call sees no number.
#[tokio::test]
async fn whoever_calls_back_has_it_all_before_them() {
    let edge = Edge::start().await;
    let _routing = routing(&edge).await;
    let _others = others(&edge).await;
    let mut agent = signed_in(&edge, "lin.yue", ("agent", "customer_service")).await;
    let page = agent.get("/console/after?list=callbacks").await;
    has(
        &page,
        &[
            "TS1",
            " over",
            "Call back",
            "Product quality",
            "王芳",
            "tel:13800001234",
            "Came by: Telephone",
            "Attempts: 1",
            "at most 3",
            "客户上夜班，下午再打。",
            "Be assured",
            "impossible",
            "I will find a way",
            &format!("/do/{WORK}?back=/console/after%3Flist%3Dcallbacks%26of%3Dmine"),
        ],
    );
    let mut handler = signed_in(&edge, "zhao.min", ("shift_chief", "customer_service")).await;
    let page = handler.get("/console/after?list=callbacks&of=department").await;
    has(&page, &["138****1234", "林月"]);
    assert!(!text(&page).contains("13800001234") && !text(&page).contains("tel:"), "not their call");
    has(&agent.get("/console/after").await, &["Nothing is due here"]);
    assert_eq!(agent.get("/console/after?list=nothing").await.status, 404);
    let mut screen = signed_in(&edge, "wall", ("wallboard", "customer_service")).await;
    assert_eq!(screen.get("/console/after").await.status, 403);
}

/// customers of long cases must hear from us by a set time; the contact is recorded with the case.
#[tokio::test]
async fn who_must_hear_from_us_again_is_listed_with_a_way_to_say_that_they_did() {
    let edge = Edge::start().await;
    let _routing = routing(&edge).await;
    let _others = others(&edge).await;
    let mut agent = signed_in(&edge, "lin.yue", ("agent", "customer_service")).await;
    let page = agent.get("/console/after?list=progress").await;
    has(
        &page,
        &["Contacted at least weekly", "Last reached: ", "王芳", "do/case/fact.record?back=", "Be assured"],
    );
    assert!(!text(&page).contains("of=queue"), "nothing of it waits in a queue");
    assert_eq!(agent.get("/console/after?list=progress&of=queue").await.status, 422);
    let token = edge.token("he.xin", &["agent"], Some("customer_service")).await;
    let api = edge.get("/api/v1/contacts?of=department", &token).await;
    assert_eq!(api.json()["items"][0]["clock"], "progress");
}

/// what customers answer comes in with where the case went, in one's reach.
#[tokio::test]
async fn who_is_not_satisfied_stands_out_with_what_follows() {
    let edge = Edge::start().await;
    let _routing = routing(&edge).await;
    let _others = others(&edge).await;
    let mut leader = signed_in(&edge, "xu.hong", ("leader", "sales")).await;
    let page = leader.get("/console/after/satisfaction").await;
    has(
        &page,
        &[
            "5 very dissatisfied",
            "Not satisfied",
            "修了又坏",
            "Asked by 林月",
            "By: Telephone",
            "Customer service",
            "Now: The department handles it",
            "Level 2",
            "Handling 2",
        ],
    );
    assert_eq!(leader.get("/console/after/satisfaction?department=logistics").await.status, 403);
    let token = edge.token("xu.min", &["leader"], Some("sales")).await;
    let api = edge.get("/api/v1/satisfaction?positive=false", &token).await;
    assert_eq!(api.json()["items"][0]["opinion"], "修了又坏");
    assert_eq!(edge.get("/api/v1/satisfaction?positive=maybe", &token).await.code(), "invalid-field");
}
