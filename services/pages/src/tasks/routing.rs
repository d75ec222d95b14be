//! What routing takes: triage, the archive, work that goes to somebody else, rulings, clocks, the forms of a playbook.

use contracts::{ServiceName, Text};
use serde_json::{Value, json};

use super::{Made, Scene, key, labelled, list, paragraph, say};
use crate::forms::{Choice, Control, Field, Label};
use crate::words::facts;

pub(super) fn form(verb: &str, scene: &Scene) -> Option<Made> {
    let service = ServiceName::Routing;
    let about = |key: &str, fields| Made::about(service, json!({ key: scene.on[key] }), fields);
    let of_work = |fields| Made::about(service, json!({ "work": scene.work["work"] }), fields);
    Some(match verb {
        "triage" => Made::at_visit(service, scene, triage(scene)),
        "archive" => Made::at_visit(service, scene, archive(scene)),
        "stage.transfer" => Made::at_visit(service, scene, vec![to_department(scene).required(), why()]),
        "work.dispute" => of_work(vec![to_department(scene).hint(say::OURS_HINT), why()]),
        "work.reassign" => {
            let to = Field::new("/person", say::TO_WHOM, Control::Choice(scene.colleagues.clone()));
            of_work(vec![to.required(), why()])
        }
        "ruling.give" => of_work(ruling(scene)),
        "case.raise" => Made::about(service, json!({}), raise(scene)),
        "case.withdraw" => {
            let said = paragraph("/reason", say::CUSTOMER_SAID).required().hint(say::WITHDRAW_HINT);
            Made::about(service, json!({}), vec![said])
        }
        "clock.pause" => {
            let reason = |one: &Value| Some(pause_reason(&scene.book, one.as_str()?));
            let reasons = list(&scene.on["pausable"]).filter_map(reason).collect();
            about("clock", vec![Field::new("/reason", say::PAUSE_WHY, Control::Choice(reasons)).required()])
        }
        "clock.resume" => about("clock", Vec::new()),
        "clock.extend" => {
            let until = Field::new("/until", say::UNTIL, Control::Moment(scene.zone.clone()));
            about("clock", vec![until.required(), why()])
        }
        "form.fill" => about("form", written(scene)).filled(standing(scene)).with("seen", seen(scene)),
        "form.sign" => about("form", signature(scene)),
        _ => return None,
    })
}

/// A reason that may pause a clock: as the playbook calls it, else in our words.
pub(super) fn pause_reason(book: &Value, reason: &str) -> Choice {
    let named = labelled(&book["pause_reasons"]).into_iter().find(|one| one.value == reason);
    named.unwrap_or_else(|| key(reason))
}

fn why() -> Field {
    paragraph("/reason", say::WHY).required()
}

fn to_department(scene: &Scene) -> Field {
    Field::new("/department", say::TO_DEPARTMENT, Control::Choice(scene.departments.clone()))
}

fn triage(scene: &Scene) -> Vec<Field> {
    let slice = scene.slice("triage");
    let named = slice["departments"].as_object().into_iter().flatten().filter_map(|(key, label)| {
        let label: Text = serde_json::from_value(label.clone()).ok()?;
        Some(Choice::new(key, label))
    });
    let named: Vec<_> = named.collect();
    let departments = if named.is_empty() { scene.departments.clone() } else { named };
    let mut fields = vec![
        Field::new("/category", say::CATEGORY, Control::Choice(labelled(&slice["categories"]))),
        Field::new("/department", say::DEPARTMENT, Control::Choice(departments)),
    ];
    let levels = levels(&slice["levels"], &scene.case["level"]);
    if !levels.is_empty() {
        let level = Field::new("/level", say::LEVEL, Control::Grade(levels));
        fields.push(if scene.asks_for("level") { level.required() } else { level });
    }
    fields
}

/// The levels that a case may have: it never falls below its own.
fn levels(levels: &Value, now: &Value) -> Vec<Choice> {
    let at_least = now.as_u64().unwrap_or(1);
    let choice = |one: &Value| {
        let label: Text = serde_json::from_value(one["label"].clone()).ok()?;
        let level = one["level"].as_u64().filter(|level| *level >= at_least)?;
        Some(Choice::new(level.to_string(), label))
    };
    list(levels).filter_map(choice).collect()
}

/// To a level above its own.
fn raise(scene: &Scene) -> Vec<Field> {
    let now = scene.case["level"].as_u64().unwrap_or(1);
    let above = levels(&scene.book["severity_levels"], &json!(now.saturating_add(1)));
    vec![Field::new("/level", say::RAISE, Control::Grade(above)).required(), why()]
}

fn archive(scene: &Scene) -> Vec<Field> {
    let summary = paragraph("/summary", say::SUMMARY);
    let mut fields = vec![if scene.asks_for("summary") { summary.required() } else { summary }];
    let own = list(&scene.case["graph"]).find(|stage| stage["stage"] == scene.brief["stage"]);
    let points = own.map(|stage| labelled(&stage["summary"])).unwrap_or_default();
    if !points.is_empty() {
        fields.push(Field::new("/points", say::POINTS, Control::Points(points)).required());
    }
    fields
}

/// What is answered depends on what is asked.
fn ruling(scene: &Scene) -> Vec<Field> {
    let answer = match scene.on["question"]["asks"].as_str() {
        Some("dispute") => {
            vec![Field::new("/department", say::WHOSE, Control::Choice(scene.departments.clone())).required()]
        }
        Some("extension") => {
            let choices = vec![Choice::new("true", say::GRANT), Choice::new("false", say::DENY)];
            vec![
                Field::new("/grant", say::MORE_TIME, Control::Either(choices)).required(),
                Field::new("/until", say::LESS_TIME, Control::Moment(scene.zone.clone()))
                    .hint(say::LESS_TIME_HINT),
            ]
        }
        _ => {
            let levels = levels(&scene.book["severity_levels"], &scene.case["level"]);
            if levels.is_empty() {
                Vec::new()
            } else {
                vec![Field::new("/level", say::RAISE, Control::Grade(levels))]
            }
        }
    };
    answer.into_iter().chain([why()]).collect()
}

/// The fields of a playbook's form that people write.
fn written(scene: &Scene) -> Vec<Field> {
    let written = list(&scene.on["fields"]).filter(|field| field["from"] == "written");
    let field = |one: &Value| {
        let key = one["key"].as_str()?;
        let label: Text = serde_json::from_value(one["label"].clone()).ok()?;
        let stands = one["value"].as_str().unwrap_or_default().to_owned();
        let field = Field::new(format!("/fields/{key}"), label, Control::Standing(stands));
        let asked = one["required"] == true;
        Some(if asked { field.hint(facts::ASKED_BY_FORM) } else { field })
    };
    written.filter_map(field).collect()
}

/// What stood in each field when the form was made, by its reference: somebody who wrote there meanwhile is not written
/// over unseen.
fn seen(scene: &Scene) -> Value {
    let written = list(&scene.on["fields"]).filter(|field| field["from"] == "written");
    let seen = written.filter_map(|one| Some((one["key"].as_str()?.to_owned(), one["text"].clone())));
    Value::Object(seen.collect())
}

fn standing(scene: &Scene) -> Vec<(String, String)> {
    let value =
        |one: &Value| Some((format!("/fields/{}", one["key"].as_str()?), one["value"].as_str()?.to_owned()));
    list(&scene.on["fields"]).filter(|field| field["from"] == "written").filter_map(value).collect()
}

/// Whoever may sign as several of the form's roles says as which.
fn signature(scene: &Scene) -> Vec<Field> {
    let role = |one: &Value| {
        let key = one["role"].as_str()?;
        let label = serde_json::from_value::<Text>(one["label"].clone()).map(Label::Text);
        Some(Choice { value: key.to_owned(), label: label.unwrap_or_else(|_| Label::Name(key.to_owned())) })
    };
    let theirs = |one: &&Value| list(&scene.on["sign_as"]).any(|role| *role == one["role"]);
    let roles: Vec<_> = list(&scene.on["signatures"]).filter(theirs).filter_map(role).collect();
    if roles.len() < 2 { Vec::new() } else { vec![Field::new("/role", say::SIGN_AS, Control::Choice(roles))] }
}
