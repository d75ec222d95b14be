//! The people of the tests.

use serde_json::{Value, json};

/// Six departments' worth of people, enough for the shipped playbooks and the rich one.
pub(crate) fn directory() -> Value {
    let unit = |id: &str, parent: Option<&str>, manager: Option<&str>| json!({"id": id, "name": {"zh": id, "en": id}, "parent": parent, "duty_manager": manager});
    let one = |id: &str, department: &str, roles: &[&str], manager: Option<&str>| json!({"id": id, "name": id, "department": department, "roles": roles, "manager": manager});
    json!({
        "departments": [
            unit("head_office", None, Some("boss")),
            unit("customer_service", Some("head_office"), Some("cs.lead")),
            unit("quality_management", Some("head_office"), Some("qm.lead")),
            unit("logistics", Some("head_office"), None),
            unit("sales", Some("head_office"), None),
            unit("quality", Some("head_office"), Some("q.lead")),
            unit("service", Some("head_office"), Some("s.lead")),
        ],
        "people": [
            one("boss", "head_office", &[], None),
            one("cs.lead", "customer_service", &["leader"], Some("boss")),
            one("agent.a", "customer_service", &["agent", "receiver"], Some("cs.lead")),
            one("agent.b", "customer_service", &["agent"], Some("cs.lead")),
            one("qm.lead", "quality_management", &["leader"], Some("boss")),
            one("qm.a", "quality_management", &["handler"], Some("qm.lead")),
            one("qm.b", "quality_management", &["handler"], Some("qm.lead")),
            one("lo.a", "logistics", &["handler"], Some("boss")),
            one("q.lead", "quality", &["leader"], Some("boss")),
            one("q.a", "quality", &["handler"], Some("q.lead")),
            one("q.b", "quality", &["handler"], Some("q.lead")),
            one("s.lead", "service", &["manager"], Some("boss")),
            one("s.deputy", "service", &["manager"], Some("boss")),
            one("s.agent", "service", &["agent", "clerk"], Some("s.lead")),
            one("gm", "service", &["general_manager"], None),
        ],
    })
}
