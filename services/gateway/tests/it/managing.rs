//! The rooms of those who decide and manage: what they see, how far, and what leaves as a file.

use axum::http::header;
use contracts::ServiceName;
use serde_json::{Value, json};

use crate::browser::{Browser, text};
use crate::{Answered, Edge, PASSWORD, Responder, found};

const COMPLAINT: &str = "d01260ec-5026-578c-90c1-bce5b865f587";
const WORK: &str = "62d59f35-6382-53e4-8245-bee9d81d5022";

fn case(number: &str, category: &str) -> Value {
    json!({
        "complaint": COMPLAINT, "number": number, "playbook": "p03@1", "kind": "complaint", "category": category,
        "channel": "phone", "department": "sales", "stage": "handle", "level": 2, "instance": 1, "repeats": true,
        "breaches": 1, "escalations": 0, "satisfaction": null, "liable": "store", "remedies": ["refund"],
        "proposed_fen": 29_900, "executed_fen": null, "received_at": "2026-11-27T16:30:00+00:00",
        "registered_at": "2026-11-27T16:30:00+00:00", "closed_at": null, "outcome": null,
    })
}

/// Analytics: two pages of the ledger, figures, precedents. It refuses what is not asked for the department of `of`.
async fn analytics(edge: &Edge, of: Option<&'static str>) -> Responder {
    let names = [("ledger", true), ("overview", true), ("precedents", true), ("report", true)];
    edge.responder(ServiceName::Analytics, &names, move |subject, payload| {
        let name = subject.rsplit_once("analytics.").unwrap().1;
        found(payload, |query| {
            let body = &query.body;
            if name != "report" {
                assert_eq!(body["department"].as_str(), of, "{name} of the own department and no more");
            }
            let as_of = "2026-11-28T06:00:00+00:00";
            Ok(match name {
                "ledger" if body["after"].is_null() => json!({
                    "cases": [case("TS1", "quality")], "as_of": as_of,
                    "next": {"registered_at": "2026-11-27T16:30:00Z", "complaint": COMPLAINT},
                }),
                "ledger" => json!({ "cases": [case("TS2", "=1+1")], "next": null, "as_of": as_of }),
                "precedents" => {
                    assert_eq!((&body["category"], &body["except"]), (&json!("delivery"), &json!(COMPLAINT)));
                    json!({ "cases": [], "next": null, "as_of": as_of })
                }
                "report" => json!({ "report": WORK, "cases": [case("TS1", "quality")], "person": body["person"] }),
                _ => {
                    assert_eq!((&body["zone"], &body["by"]), (&json!("Asia/Shanghai"), &json!("day")));
                    json!({
                        "volume": [{"at": "2026-11-27T16:00:00+00:00", "registered": 7, "closed": 3, "breaches": 2}],
                        "totals": {"registered": 7, "repeats": 2, "breached": 1, "escalated": 1, "still_open": 4},
                        "satisfaction": [{"answer": "satisfied", "cases": 3, "proposed_fen": 0, "executed_fen": 29_900}],
                        "ownership": [{"department": "sales", "visits": 4, "seconds": 36_000}],
                        "open_by_place": [{"department": "sales", "stage": "handle", "open": 4}],
                        "as_of": as_of,
                    })
                }
            })
        })
    })
    .await
}

/// Routing: one case and one piece of work, held by a deputy; the playbook lets up to 300 yuan be approved together.
async fn routing(edge: &Edge) -> Responder {
    let names = ["work", "cases", "case", "directory", "calendars", "activations", "playbook"];
    edge.responder(ServiceName::Routing, &names.map(|name| (name, true)), |subject, payload| {
        let name = subject.rsplit_once("routing.").unwrap().1;
        found(payload, |query| Ok(match name {
            "work" => {
                assert_eq!(query.body["tasks"], json!(["decide", "review", "audit", "meet", "account"]));
                json!({ "items": [{
                    "work": WORK, "complaint": COMPLAINT, "number": "TS1", "visit": WORK, "epoch": 1, "task": "decide",
                    "stage": "approve", "label": {"zh": "领导审批", "en": "The leader approves"}, "department": "sales",
                    "role": "leader", "person": "xu.hong", "instead_of": null, "queued": null,
                    "due": "2020-01-01T00:00:00Z", "level": 1, "category": "quality",
                    "requested_at": "2026-11-28T06:00:00Z", "since": "2026-11-28T06:00:00Z",
                }], "next": null })
            }
            "cases" => json!({ "items": [{
                "complaint": COMPLAINT, "number": "TS1", "playbook": {"id": "p03", "version": 1}, "channel": "phone",
                "category": "quality", "place": "at_stage", "stage": "handle", "department": "sales", "level": 2,
                "label": {"zh": "部门处理", "en": "The department handles it"}, "instance": 1, "missed": 1,
                "due": "2020-01-01T00:00:00Z", "registered_at": "2026-11-28T06:00:00Z", "closed_at": null,
                "holders": [{"task": "propose", "department": "sales", "person": "jiang.ning", "instead_of": "feng.qi"}],
            }], "next": null }),
            "case" => json!({ "facts": {"category": "delivery", "responsible": "sales"} }),
            "directory" => json!({
                "departments": [{"id": "sales", "name": {"zh": "销售部", "en": "Sales"}}],
                "people": [{"id": "feng.qi", "name": "冯琪"}, {"id": "jiang.ning", "name": "蒋宁"}],
            }),
            "calendars" => json!({ "default": "cn", "calendars": [{"id": "cn", "document": {"zone": "Asia/Shanghai"}}] }),
            "activations" => json!({ "activations": [{"playbook": {"id": "p03", "version": 1}, "scope": {}}] }),
            _ => json!({ "document": {
                "categories": [{"key": "quality", "label": {"zh": "产品质量", "en": "Product quality"}}],
                "stages": [{"key": "handle", "label": {"zh": "部门处理", "en": "The department handles it"}}],
                "satisfaction": {"scale": [{"key": "satisfied", "label": {"zh": "满意", "en": "Satisfied"}}]},
                "approve_several_up_to": 300,
            } }),
        }))
    })
    .await
}

async fn signed_in<'a>(edge: &'a Edge, person: &str, role: &str) -> Browser<'a> {
    edge.account(person, &[role], Some("sales")).await;
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

/// stage, limit, owner, deputy, level and breaches, and how it is narrowed to a department.
#[tokio::test]
async fn a_supervisor_sees_owner_deputy_limit_level_and_breaches() {
    let edge = Edge::start().await;
    let _routing = routing(&edge).await;
    let mut browser = signed_in(&edge, "qian.guo", "manager").await;
    let page = browser.get("/console/supervision?department=sales").await;
    has(
        &page,
        &[
            "TS1",
            "冯琪",
            "蒋宁",
            "The department handles it",
            "1 run out",
            " over",
            "Product quality",
            "Sales",
        ],
    );
    let mut handler = signed_in(&edge, "feng.qi", "handler").await;
    assert_eq!(handler.get("/console/supervision").await.status, 403, "for those who supervise");
}

/// a leader's figures and ledger are those of the own department.
#[tokio::test]
async fn figures_lead_to_their_cases_and_stay_in_the_own_department() {
    let edge = Edge::start().await;
    let _routing = routing(&edge).await;
    let _analytics = analytics(&edge, Some("sales")).await;
    let mut browser = signed_in(&edge, "xu.hong", "leader").await;
    let page = browser.get("/console/figures?from=2026-11-28&to=2026-11-29").await;
    has(
        &page,
        &[
            "As of",
            "/console/ledger?from=2026-11-28&amp;to=2026-11-29&amp;repeats=true",
            "/console/ledger?closed_from=2026-11-28&amp;closed_to=2026-11-29&amp;satisfaction=satisfied",
            "/console/ledger?department=sales&amp;stage=handle&amp;open=true",
            "visited_by=sales",
            "28% of those registered",
            "2.5",
            "/assets/echarts.",
        ],
    );
    assert!(!text(&page).contains("style=\""));
    assert!(
        !text(&browser.get("/console/ledger").await).contains("/assets/echarts."),
        "only where charts are"
    );
    assert_eq!(browser.get("/console/figures?department=logistics").await.status, 403);
    assert_eq!(browser.get("/console/figures?from=yesterday").await.status, 422);
    let ledger = browser.get("/console/ledger?repeats=true").await;
    has(
        &ledger,
        &["TS1", "Product quality", "Narrowed to a figure", "/console/ledger.csv?repeats=true", "Next page"],
    );
    assert!(!text(&ledger).contains("name=\"/phone\""), "who only sees their own seeks no callers");
}

/// what leaves as a file is what may be seen; it is written page by page, and nothing in it is a formula.
#[tokio::test]
async fn the_ledger_leaves_whole_and_harmless_within_ones_reach() {
    let edge = Edge::start().await;
    let _routing = routing(&edge).await;
    let _analytics = analytics(&edge, Some("sales")).await;
    let mut browser = signed_in(&edge, "xu.hong", "leader").await;
    browser.language = "zh";
    let file = browser.get("/console/ledger.csv").await;
    assert_eq!(file.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let shown = text(&file);
    let lines: Vec<_> = shown.strip_prefix('\u{feff}').expect("marked as UTF-8").lines().collect();
    assert_eq!(lines.len(), 3, "{shown}");
    assert!(lines[0].starts_with("编号,"), "{shown}");
    assert!(
        lines[1].contains("TS1") && lines[1].contains("产品质量") && lines[1].contains("299.00"),
        "{shown}"
    );
    assert!(lines[1].contains("2026-11-28 00:30"), "the organisation's own time: {shown}");
    assert!(lines[2].contains(",'=1+1,"), "{shown}");
    assert_eq!(browser.get("/console/ledger.csv?department=logistics").await.status, 403);
    let token = edge.token("xu.min", &["leader"], Some("sales")).await;
    let api = edge.get("/api/v1/exports/ledger?open=true", &token).await;
    assert_eq!((api.status.as_u16(), text(&api).lines().count()), (200, 3));
    let token = edge.token("feng.qi", &["handler"], Some("sales")).await;
    assert_eq!(edge.get("/api/v1/exports/ledger", &token).await.code(), "not-allowed");
    assert_eq!(edge.get(&format!("/api/v1/exports/reports/{WORK}"), &token).await.code(), "not-allowed");
}

/// Precedents are of what triage made of the case, and within one's reach.
#[tokio::test]
async fn precedents_are_of_the_matter_and_within_ones_reach() {
    let edge = Edge::start().await;
    let _routing = routing(&edge).await;
    let _analytics = analytics(&edge, Some("sales")).await;
    let _intake = edge
        .responder(ServiceName::Intake, &[("complaint", true)], |_, payload| {
            found(payload, |_| Ok(json!({ "category": "quality", "kind": "complaint" })))
        })
        .await;
    let token = edge.token("xu.hong", &["leader"], Some("sales")).await;
    let answered = edge.get(&format!("/api/v1/complaints/{COMPLAINT}/precedents"), &token).await;
    assert_eq!((answered.status.as_u16(), &answered.json()["cases"]), (200, &json!([])));
    let token = edge.token("ma.jun", &["leader"], Some("logistics")).await;
    let other = edge.get(&format!("/api/v1/complaints/{COMPLAINT}/precedents"), &token).await;
    assert_eq!(other.code(), "not-found", "it is not their case");
}

#[tokio::test]
async fn the_inbox_tells_the_amount_and_offers_several_only_where_the_playbook_does() {
    let edge = Edge::start().await;
    let _routing = routing(&edge).await;
    edge.account("xu.hong", &["leader"], Some("sales")).await;
    for (total, several) in [(29_900, true), (30_001, false)] {
        let _approval = edge
            .responder(ServiceName::Approval, &[("case", true)], move |_, payload| {
                found(payload, |_| {
                    Ok(json!({ "proposal": {
                    "total": total, "liable": "store", "remedies": [{"remedy": "refund", "amount": total}],
                } }))
                })
            })
            .await;
        let _intake = edge
            .responder(ServiceName::Intake, &[("complaint", true)], |_, payload| {
                found(payload, |_| Ok(json!({ "playbook": {"id": "p03", "version": 1} })))
            })
            .await;
        let mut browser = Browser::new(&edge);
        browser.sign_in("xu.hong", PASSWORD).await;
        let page = browser.get("/console/approvals").await;
        has(&page, &["TS1", "Refund", "Product quality", &format!("/console/approvals/{COMPLAINT}/{WORK}")]);
        let offered = text(&page).contains(&format!("name=\"chosen/{COMPLAINT}/{WORK}\""));
        assert_eq!(offered, several, "{total}");
    }
    let mut agent = signed_in(&edge, "lin.yue", "agent").await;
    assert_eq!(agent.get("/console/approvals").await.status, 403);
}
