//! Versions previewed and applied through the edge: by administrators alone, what the address names in the order.

use std::sync::{Arc, Mutex};

use contracts::ServiceName;
use serde_json::{Value, json};

use crate::{Edge, done, each, found};

const PREVIEW: &str = "/api/v1/calendars/cn-retail/versions/2/preview";
const APPLY: &str = "/api/v1/playbooks/p03/versions/2/apply";

#[tokio::test]
async fn a_version_is_previewed_page_by_page_and_applied_with_a_reason_by_administrators() {
    let edge = Edge::start().await;
    let admin = edge.token("zhou.lan", &["administrator"], None).await;
    let agent = edge.token("lin.yue", &["agent"], None).await;
    let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
    let noted = asked.clone();
    let _routing = edge
        .responder(ServiceName::Routing, &[("preview", true), ("playbook.apply", false)], move |subject, payload| {
            if subject.ends_with("preview") {
                return found(payload, |query| {
                    noted.lock().unwrap().push(query.body.clone());
                    Ok(json!({ "counts": null, "items": [], "next": "0195702c-7b80-7000-8000-000000000002" }))
                });
            }
            each(payload, |command| {
                noted.lock().unwrap().push(command.body.clone());
                done(Value::Null)
            })
        })
        .await;
    let first = edge.get(&format!("{PREVIEW}?limit=10"), &admin).await.json();
    let cursor = first["next"].as_str().unwrap();
    assert_eq!(edge.get(&format!("{PREVIEW}?cursor={cursor}"), &admin).await.status, 200);
    let reason = json!({ "reason": "试行期满" });
    assert_eq!(edge.post(APPLY, &admin, "a-1", &reason).await.status, 200);
    let calendar = json!({ "id": "cn-retail", "version": 2 });
    let expected = [
        json!({ "calendar": calendar, "limit": 10 }),
        json!({ "calendar": calendar, "limit": 50, "after": "0195702c-7b80-7000-8000-000000000002" }),
        json!({ "playbook": { "id": "p03", "version": 2 }, "reason": "试行期满" }),
    ];
    assert_eq!(*asked.lock().unwrap(), expected);
    for refused in [edge.get(PREVIEW, &agent).await, edge.post(APPLY, &agent, "a-2", &reason).await] {
        assert_eq!(refused.code(), "not-allowed");
    }
    let twice = json!({ "playbook": { "id": "p04", "version": 1 }, "reason": "试行期满" });
    assert_eq!(edge.post(APPLY, &admin, "a-3", &twice).await.code(), "unknown-field");
    assert_eq!(edge.get("/api/v1/calendars/cn-retail/versions/x/preview", &admin).await.code(), "not-found");
}
