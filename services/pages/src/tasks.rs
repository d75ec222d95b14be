//! The forms of the stages' work. One table: which service takes the order, what it is called, which fields it has.
//! What may be chosen is what the visit's own brief says, so a form offers what the service would take.
//!
//! **To add a task:** an arm in [`form`] with its fields, by the places of the order's body in `contracts::commands`; its
//! name in `words::tasks`. The page, the reading and the refusals beside the fields come of themselves.

use contracts::{ServiceName, Text};
use serde_json::{Value, json};

use crate::forms::{Choice, Control, Field, Label};
use crate::words::{self, Word, tasks as say};

/// What the form of a task depends on.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// The visit, as the order names it.
    pub visit: String,
    /// Its epoch.
    pub epoch: u64,
    /// The round at approval's tasks.
    pub round: Option<String>,
    /// What the stage needs, as `stage.entered` told it.
    pub brief: Value,
    /// The channels of the playbook.
    pub channels: Vec<Choice>,
    /// The departments of the organisation.
    pub departments: Vec<Choice>,
}

/// The form of a task.
#[derive(Debug, Clone)]
pub struct TaskForm {
    /// The service that takes the order.
    pub service: ServiceName,
    /// The verb of the order.
    pub verb: &'static str,
    /// Its name.
    pub title: Word,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What the order says beside them.
    pub fixed: Value,
}

impl TaskForm {
    /// The order's body: what was typed and what is fixed.
    #[must_use]
    pub fn body(&self, mut typed: Value) -> Value {
        if let (Some(typed), Some(fixed)) = (typed.as_object_mut(), self.fixed.as_object()) {
            typed.extend(fixed.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        typed
    }
}

/// What a task is called; its key where no table has it.
#[must_use]
pub fn name(task: &str) -> Option<Word> {
    words::by_key(say::ALL, task)
}

/// The form of `task`; none where there is no page for it yet, and it is done through the API.
#[must_use]
pub fn form(task: &str, scene: &Scene) -> Option<TaskForm> {
    use ServiceName::{Approval, Investigation, Notification, Routing};
    let (service, verb, title, fields) = match task {
        "triage" => (Routing, "triage", say::TRIAGE, triage(scene)),
        "archive" => {
            (Routing, "archive", say::ARCHIVE, vec![Field::new("/summary", say::SUMMARY, Control::Paragraph)])
        }
        "verify" => (Investigation, "verify", say::VERIFY, verify()),
        "propose" => (Investigation, "propose", say::PROPOSE, propose(scene)),
        "execute" => (
            Investigation,
            "execute",
            say::EXECUTE,
            vec![Field::new("/account", say::ACCOUNT_OF, Control::Paragraph).required()],
        ),
        "decide" => (
            Approval,
            "decide",
            say::DECIDE,
            judged("/decision", say::DECISION, [("approve", say::APPROVE), ("refuse", say::REFUSE)]),
        ),
        "review" => (
            Approval,
            "review",
            say::REVIEW,
            judged("/verdict", say::VERDICT, [("agree", say::AGREE), ("object", say::OBJECT)]),
        ),
        "audit" => (
            Approval,
            "audit",
            say::AUDIT,
            judged("/verdict", say::VERDICT, [("passed", say::PASSED), ("failed", say::FAILED)]),
        ),
        "contact.record" => (Notification, "contact.record", say::CONTACT_RECORD, contact(scene)),
        "reply" => (Notification, "reply", say::REPLY, reply(scene)),
        "callback" => (Notification, "callback", say::CALLBACK, callback(scene)),
        _ => return None,
    };
    let mut fixed = json!({ "visit": scene.visit, "epoch": scene.epoch });
    if service == Approval {
        fixed["round"] = json!(scene.round);
    }
    Some(TaskForm { service, verb, title, fields, fixed })
}

/// The tasks that [`form`] knows.
pub const KNOWN: &[&str] = &[
    "triage",
    "archive",
    "verify",
    "propose",
    "execute",
    "decide",
    "review",
    "audit",
    "contact.record",
    "reply",
    "callback",
];

fn triage(scene: &Scene) -> Vec<Field> {
    let slice = &scene.brief["slice"]["triage"];
    let departments: Vec<_> = slice["departments"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, label)| {
            Some(Choice {
                value: key.clone(),
                label: Label::Text(serde_json::from_value(label.clone()).ok()?),
            })
        })
        .collect();
    let departments = if departments.is_empty() { scene.departments.clone() } else { departments };
    vec![
        Field::new("/category", say::CATEGORY, Control::Choice(labelled(&slice["categories"]))),
        Field::new("/department", say::DEPARTMENT, Control::Choice(departments)),
    ]
}

fn verify() -> Vec<Field> {
    vec![
        Field::new("/substantiated", say::STANDS, Control::YesNo).required(),
        Field::new("/finding", say::FINDING, Control::Paragraph).required(),
    ]
}

fn propose(scene: &Scene) -> Vec<Field> {
    let slice = &scene.brief["slice"]["investigation"];
    let remedies = keys(&slice["remedies"]["allowed"]);
    let kinds = keys(&slice["liability_kinds"]);
    let usual =
        ["company", "department", "person", "store", "supplier", "customer", "external", "undetermined"];
    let liable = if kinds.is_empty() { keys(&json!(usual)) } else { kinds };
    vec![
        Field::new("/remedies", say::REMEDIES, Control::Remedies(remedies)).hint(say::REMEDIES_HINT),
        Field::new("/liable", say::LIABLE, Control::Choice(liable)).required(),
        Field::new("/reason", say::REASON, Control::Paragraph).required(),
    ]
}

fn judged(at: &'static str, label: Word, choices: [(&str, Word); 2]) -> Vec<Field> {
    let choices = choices.map(|(key, word)| Choice::new(key, word)).to_vec();
    vec![
        Field::new(at, label, Control::Radio(choices)).required(),
        Field::new("/reason", say::REASON, Control::Paragraph).hint(say::REASON_IF_REFUSED),
    ]
}

fn contact(scene: &Scene) -> Vec<Field> {
    vec![
        Field::new("/reached", say::REACHED, Control::YesNo).required(),
        Field::new("/channel", say::BY_CHANNEL, Control::Choice(scene.channels.clone())).required(),
        Field::new("/note", say::NOTE, Control::Paragraph),
    ]
}

fn reply(scene: &Scene) -> Vec<Field> {
    vec![
        Field::new("/channel", say::BY_CHANNEL, Control::Choice(scene.channels.clone())).required(),
        Field::new("/text", say::TEXT, Control::Paragraph).hint(say::TEXT_HINT),
    ]
}

fn callback(scene: &Scene) -> Vec<Field> {
    let scale = labelled(&scene.brief["slice"]["notification"]["satisfaction"]["scale"]);
    vec![
        Field::new("/reached", say::REACHED, Control::YesNo).required(),
        Field::new("/satisfaction", say::SATISFACTION, Control::Radio(scale)).hint(say::SATISFACTION_HINT),
        Field::new("/opinion", say::OPINION, Control::Paragraph),
    ]
}

/// `[{key, label}]` of a playbook as choices.
#[must_use]
pub fn labelled(list: &Value) -> Vec<Choice> {
    let choice = |one: &Value| {
        let label: Text = serde_json::from_value(one["label"].clone()).ok()?;
        Some(Choice { value: one["key"].as_str()?.to_owned(), label: Label::Text(label) })
    };
    list.as_array().into_iter().flatten().filter_map(choice).collect()
}

/// Keys of our own vocabulary, or `[{key, label}]`, as choices.
fn keys(list: &Value) -> Vec<Choice> {
    let plain = |one: &Value| {
        let key = one.as_str()?;
        Some(Choice {
            value: key.to_owned(),
            label: name(key).map_or_else(|| Label::Name(key.to_owned()), Label::Word),
        })
    };
    let plain: Vec<_> = list.as_array().into_iter().flatten().filter_map(plain).collect();
    if plain.is_empty() { labelled(list) } else { plain }
}

#[cfg(test)]
mod tests {
    use contracts::commands::{Verb, approval, investigation, notification, routing};

    use super::*;
    use crate::forms::{Typed, read};

    fn scene() -> Scene {
        Scene {
            visit: "c32674c1-e6c2-57f7-98f7-855ba1298c66".into(),
            epoch: 1,
            round: Some("c32674c1-e6c2-57f7-98f7-855ba1298c66".into()),
            brief: json!({"slice": {
                "investigation": {"remedies": {"allowed": ["refund", "apology"]}, "liability_kinds": []},
                "notification": {"satisfaction": {"scale": [{"key": "good", "label": {"zh": "好", "en": "Good"}}]}},
            }}),
            channels: vec![Choice::new("phone", say::NOTE)],
            departments: vec![Choice::new("sales", say::NOTE)],
        }
    }

    /// Fills every field with its first choice or some text.
    fn filled(form: &TaskForm) -> Value {
        let mut typed = Typed::default();
        for field in &form.fields {
            let value = match &field.control {
                Control::Choice(choices) | Control::Radio(choices) => {
                    choices.first().map(|one| one.value.clone())
                }
                Control::YesNo => Some("true".to_owned()),
                Control::Remedies(choices) => {
                    typed.0.insert(format!("{}/{}", field.at, choices[0].value), "true".to_owned());
                    None
                }
                _ => Some("x".to_owned()),
            };
            typed.0.extend(value.map(|value| (field.at.to_owned(), value)));
        }
        form.body(read(&form.fields, &typed).unwrap())
    }

    #[test]
    fn what_a_form_sends_is_what_its_service_reads() {
        fn reads<V: Verb>(form: &TaskForm) {
            assert_eq!((form.service, form.verb), (V::SERVICE, V::VERB));
            serde_json::from_value::<V>(filled(form))
                .unwrap_or_else(|error| panic!("{}: {error}", form.verb));
        }
        for task in KNOWN {
            let form = form(task, &scene()).unwrap();
            match *task {
                "triage" => reads::<routing::Triage>(&form),
                "archive" => reads::<routing::Archive>(&form),
                "verify" => reads::<investigation::Verify>(&form),
                "propose" => reads::<investigation::Propose>(&form),
                "execute" => reads::<investigation::Execute>(&form),
                "decide" => reads::<approval::Decide>(&form),
                "review" => reads::<approval::Review>(&form),
                "audit" => reads::<approval::Audit>(&form),
                "contact.record" => reads::<notification::RecordContact>(&form),
                "reply" => reads::<notification::TellResult>(&form),
                "callback" => reads::<notification::RecordCallback>(&form),
                other => panic!("{other} is known and not compared with its order"),
            }
            assert!(name(task).is_some(), "{task} has no name");
        }
    }
}
