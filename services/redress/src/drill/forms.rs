//! What people write into the forms that a stage asks for, before they end it.

use std::collections::BTreeMap;

use contracts::queries::routing::WorkItem;
use playbook::{FieldSource, Key};
use serde_json::{Value, json};

use super::people::Act;

/// What somebody writes or signs whose work is at a stage with forms, as the case shows them; none when nothing is theirs
/// to add. What a form lacks that the case or intake fills in comes by other acts. A form is signed by whoever ends the
/// stage: one that names somebody else stays unsigned, and the drill says so.
pub(super) fn filled_in(case: &Value, item: &WorkItem) -> Option<Act> {
    let forms = case["case"]["forms"].as_array()?.iter();
    let asked = |form: &&Value| {
        let mut stages = form["stages"].as_array().into_iter().flatten();
        form["complete"] == json!(false) && stages.any(|stage| *stage == json!(item.stage))
    };
    forms.filter(asked).find_map(completed)
}

fn completed(form: &Value) -> Option<Act> {
    let missing: Vec<Key> = serde_json::from_value(form["missing"].clone()).ok()?;
    let key = &form["form"];
    if missing.is_empty() {
        return Some(act("signatures", json!({ "form": key }), "signed a form"));
    }
    let written = missing.iter().filter(|field| FieldSource::of(field) == FieldSource::Written);
    let fields: BTreeMap<_, _> = written.map(|field| (field, "已核实并如实填写。")).collect();
    (!fields.is_empty()).then(|| act("forms", json!({ "form": key, "fields": fields }), "filled in a form"))
}

fn act(path: &'static str, body: Value, name: &str) -> Act {
    Act { path, body, name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use contracts::commands::routing::{FillForm, SignForm};
    use serde::de::DeserializeOwned;
    use uuid::Uuid;

    use super::*;

    fn item() -> WorkItem {
        serde_json::from_value(json!({
            "work": Uuid::from_u128(1), "complaint": Uuid::from_u128(2), "number": "1", "visit": Uuid::from_u128(3),
            "epoch": 1, "task": "verify", "stage": "accept", "label": { "zh": "受理", "en": "Accept" },
            "department": "a", "role": "b", "person": null, "instead_of": null, "queued": null, "due": null, "level": 1,
            "category": null, "requested_at": "2025-03-03T01:00:00Z", "since": "2025-03-03T01:00:00Z",
        }))
        .unwrap()
    }

    /// What is done about one form.
    fn done(stages: &[&str], missing: &[&str], unsigned: &[&str]) -> Option<Act> {
        let complete = missing.is_empty() && unsigned.is_empty();
        let form = json!({
            "form": "register", "stages": stages, "missing": missing, "unsigned": unsigned, "complete": complete,
        });
        filled_in(&json!({ "case": { "forms": [form] } }), &item())
    }

    fn reads<T: DeserializeOwned>(act: &Act) -> T {
        serde_json::from_value(act.body.clone()).unwrap()
    }

    #[test]
    fn people_write_what_is_missing_and_theirs_to_write() {
        let act =
            done(&["accept"], &["remedy_amount", "identity", "place", "information"], &["officer"]).unwrap();
        let order: FillForm = reads(&act);
        assert_eq!((act.path, order.form.as_str()), ("forms", "register"));
        assert_eq!(order.fields.keys().collect::<Vec<_>>(), ["identity", "information"]);
    }

    #[test]
    fn what_is_filled_in_is_signed() {
        let act = done(&["accept"], &[], &["officer"]).unwrap();
        let order: SignForm = reads(&act);
        assert_eq!((act.path, order.role), ("signatures", None));
    }

    #[test]
    fn nothing_is_written_that_is_not_asked_for_here() {
        assert!(done(&["accept"], &[], &[]).is_none(), "it is complete");
        assert!(done(&["archive"], &["identity"], &[]).is_none(), "another stage asks for it");
        assert!(done(&["accept"], &["remedy_amount"], &[]).is_none(), "the case fills it in");
    }
}
