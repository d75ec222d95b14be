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
    &["system", "parked", "messages", "audit", "playbooks", "calendars", "directory", "access"];
const COMPLAINT: &str = "d01260ec-5026-578c-90c1-bce5b865f587";

/// A playbook as routing tells it.
fn playbook() -> Value {
    let label = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    json!({
        "id": "p03", "version": 2, "sha256": "ab12", "by": {"kind": "system"}, "at": "2026-11-28T06:00:00Z", "text": "id: p03\nversion: 3\n",
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
            json!({ "activations": [{"playbook": {"id": "p03", "version": 2}, "scope": {"unit": null, "channel": "phone", "customer_type": null}}] })
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
        ("playbooks", true),
        ("activations", true),
        ("playbook", true),
        ("playbook.check", true),
        ("preview", true),
        ("case", true),
        ("playbook.publish", false),
        ("playbook.activate", false),
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
        if ["parked.replay", "parked.drop", "playbook.publish", "playbook.activate", "playbook.apply", "calendar.publish", "calendar.apply", "directory.import"].contains(&name) {
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
    let overseers = &ROOMS[..7];
    let roles: [(&str, &[&str]); 5] = [
        ("administrator", ROOMS),
        ("manager", overseers),
        ("auditor", overseers),
        // Whoever works by a playbook may read it, as by the API; the rooms are not in their navigation.
        ("handler", &["playbooks", "calendars", "directory"]),
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

/// where it is in force, who drafted it, and every name in both languages.
#[tokio::test]
async fn a_playbook_is_shown_whole_and_changed_by_administrators_alone() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("he.ping", &["auditor"], None).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut auditor = Browser::new(&edge);
    auditor.sign_in("he.ping", PASSWORD).await;
    let shown = text(&auditor.get("/console/admin/playbooks/p03?version=2").await);
    for expected in [
        "接收分类审批",
        "《投诉处理单》",
        "Complaint sheet",
        "经办人",
        "QB-07",
        "张三",
        "First issue",
        "Working days: 3",
        "Back for another try",
        "up to ¥100",
        "<svg",
        "Version 2: phone",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert!(!shown.contains("/edit") && !shown.contains("/activate"), "an auditor changes nothing");
    assert_eq!(auditor.get("/console/admin/playbooks/p03/edit").await.status, 403);

    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let sheet = admin.get("/console/admin/playbooks/p03").await;
    // The other rooms are followed above, with the services that they ask.
    for link in links(&text(&sheet)).iter().filter(|link| link.starts_with("/console/admin/playbooks")) {
        assert_eq!(admin.get(link).await.status, 200, "{link}");
    }
    let fields = [("version", "2"), ("/scope/channel", "phone"), ("/scope/unit", "")];
    let sent = admin.send(&sheet, "/console/admin/playbooks/p03/activate", &fields).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=2&done=activated");
    let expected = json!({ "verb": "playbook.activate",
        "body": {"scope": {"channel": "phone"}, "playbook": {"id": "p03", "version": 2}} });
    assert_eq!(*ordered.lock().unwrap(), [expected]);
}

/// a text is checked before it is published, and the mistakes stand beside it with their lines.
#[tokio::test]
async fn a_playbook_is_checked_as_it_is_written_and_published_by_the_same_order() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let page = admin.get("/console/admin/playbooks/p03/edit?version=2").await;
    assert!(text(&page).contains("version: 3"), "{}", text(&page));
    let check = "/console/admin/playbooks/p03/check";
    let wrong = text(&admin.send(&page, check, &[("text", "broken <b>")]).await);
    assert!(wrong.contains("Line 7, column 3") && wrong.contains("there is no stage x"), "{wrong}");
    assert!(wrong.contains("broken &lt;b&gt;"), "what was typed is kept, and escaped");
    assert!(text(&admin.send(&page, check, &[("text", "id: p03")]).await).contains("No mistake"));
    let sent = admin.send(&page, "/console/admin/playbooks/p03/publish", &[("text", "id: p03")]).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=3&done=published");
    assert_eq!(ordered.lock().unwrap()[0]["body"], json!({ "text": "id: p03" }));
    let effect = admin.get("/console/admin/playbooks/p03/preview?version=3").await;
    assert!(text(&effect).contains("Overdue at once"), "{}", text(&effect));
    let fields = [("version", "3"), ("/reason", "agreed")];
    let sent = admin.send(&effect, "/console/admin/playbooks/p03/apply", &fields).await;
    assert_eq!(to(&sent), "/console/admin/playbooks/p03?version=3&done=applied");
}

/// accounts are locked and opened, and the secret of a key is shown once.
#[tokio::test]
async fn accounts_are_locked_and_a_key_is_shown_once() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    edge.account("feng.qi", &["handler"], Some("sales")).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let page = admin.get("/console/admin/access").await;
    let put = "/console/admin/access/accounts";
    let lock = [
        ("/name", "feng.qi"),
        ("/person", "feng.qi"),
        ("/roles", "handler"),
        ("/department", "sales"),
        ("/active", "false"),
    ];
    assert_eq!(to(&admin.send(&page, put, &lock).await), "/console/admin/access?done=account");
    let mut locked = Browser::new(&edge);
    assert_eq!(locked.sign_in("feng.qi", PASSWORD).await.status, 401);
    let new = [("/name", "he.ping"), ("/person", "he.ping"), ("/roles", "auditor"), ("/active", "true")];
    let refusal = admin.send(&page, put, &new).await;
    assert_eq!(refusal.status, 422, "a new account needs a password");

    let made = admin
        .send(&page, "/console/admin/access/keys", &[("/name", "shop-till"), ("/channels", "pos web")])
        .await;
    assert!(text(&made).contains("rdk_"), "{}", text(&made));
    let after = text(&admin.get("/console/admin/access").await);
    assert!(after.contains("shop-till") && !after.contains("rdk_"), "{after}");
    let again = admin.send(&page, "/console/admin/access/keys", &[("/name", "shop-till")]).await;
    assert_eq!(again.status, 409);
    let revoked = admin.send(&page, "/console/admin/access/keys/revoke", &[("/name", "shop-till")]).await;
    assert_eq!(to(&revoked), "/console/admin/access?done=revoked");
    assert!(text(&admin.get("/console/admin/access").await).contains("Revoked"));
}

#[tokio::test]
async fn a_trail_is_found_by_the_number_of_its_complaint() {
    let edge = Edge::start().await;
    let _routing = routing(&edge, false).await;
    edge.account("he.ping", &["auditor"], None).await;
    let mut browser = Browser::new(&edge);
    browser.sign_in("he.ping", PASSWORD).await;
    assert_eq!(
        to(&browser.get("/console/admin/audit?number=TS1").await),
        format!("/console/admin/audit/{COMPLAINT}")
    );
    assert!(
        text(&browser.get("/console/admin/audit?number=TS9").await)
            .contains("There is no complaint of this number")
    );
}

#[tokio::test]
async fn a_calendar_is_continued_by_a_day_and_its_effect_is_shown_first() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let page = admin.get("/console/admin/calendars").await;
    let shown = text(&page);
    assert!(shown.contains("National Day") && shown.contains("2026-10-01 – 2026-10-07"), "{shown}");
    let fields = [
        ("what", "holiday"),
        ("version", "1"),
        ("/first", "2027-01-01"),
        ("/name_zh", "元旦"),
        ("/name_en", "New Year"),
    ];
    let sent = admin.send(&page, "/console/admin/calendars/cn/add", &fields).await;
    assert_eq!(to(&sent), "/console/admin/calendars?done=added");
    let document = ordered.lock().unwrap()[0]["body"]["document"].clone();
    assert_eq!((&document["version"], &document["holidays"][1]["first"]), (&json!(2), &json!("2027-01-01")));
    let stale = [
        ("what", "holiday"),
        ("version", "7"),
        ("/first", "2027-01-01"),
        ("/name_zh", "元旦"),
        ("/name_en", "New Year"),
    ];
    assert_eq!(admin.send(&page, "/console/admin/calendars/cn/add", &stale).await.status, 412);
    let effect = text(&admin.get("/console/admin/calendars/cn/preview?version=1").await);
    assert!(effect.contains("Overdue at once"), "{effect}");
}

#[tokio::test]
async fn the_directory_is_shown_with_leave_and_deputies_and_an_import_is_tried_first() {
    let edge = Edge::start().await;
    let (_routing, ordered) = routing(&edge, false).await;
    edge.account("shen.yi", &["administrator"], None).await;
    let mut admin = Browser::new(&edge);
    admin.sign_in("shen.yi", PASSWORD).await;
    let page = admin.get("/console/admin/directory").await;
    assert!(text(&page).contains("冯琪 stands in"), "{}", text(&page));
    assert!(!text(&admin.get("/console/admin/directory?department=nobody").await).contains("stands in"));
    let fields = [("table", "id,name\nhe.ping,何平"), ("dry_run", "true")];
    let tried = text(&admin.send(&page, "/console/admin/directory/import", &fields).await);
    assert!(tried.contains("nothing was changed yet") && tried.contains("he.ping"), "{tried}");
    assert_eq!(
        ordered.lock().unwrap()[0]["body"],
        json!({ "files": ["id,name\nhe.ping,何平"], "dry_run": true })
    );
}
