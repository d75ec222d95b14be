//! What notification takes: contact, replies, answers, callbacks.

use contracts::ServiceName;
use serde_json::{Value, json};

use super::{Made, Scene, key, labelled, list, paragraph, say};
use crate::forms::{Choice, Control, Field};

pub(super) fn form(verb: &str, scene: &Scene) -> Option<Made> {
    let service = ServiceName::Notification;
    Some(match verb {
        "contact.prepare" => {
            let points = Control::Points(labelled(&scene.talk["guide"]["prepare"]));
            Made::at_visit(service, scene, vec![Field::new("/points", say::POINTS, points).required()])
        }
        "contact.record" => Made::at_visit(service, scene, contact(scene)),
        "reply" => Made::at_visit(service, scene, reply(scene)).filled(evidence(scene)),
        "answer.record" => {
            let fields = vec![
                Field::new("/accepted", say::ACCEPTED, Control::YesNo).required(),
                paragraph("/reason", say::OPINION),
            ];
            Made::about(service, json!({ "visit": scene.visit }), fields)
        }
        "callback" => Made::at_visit(service, scene, callback(scene)),
        "callback.note" => Made::about(service, json!({}), vec![paragraph("/note", say::NOTE).required()]),
        _ => return None,
    })
}

/// Whether it is the customer who was reached, where the playbook has that asked before anything is told.
fn identity(scene: &Scene) -> Option<Field> {
    let asked = list(&scene.slice("notification")["identity_check"]).next().is_some();
    asked.then(|| Field::new("/identity_verified", say::IDENTITY, Control::YesNo).hint(say::IDENTITY_HINT))
}

fn by_channel(choices: Vec<Choice>) -> Field {
    Field::new("/channel", say::BY_CHANNEL, Control::Choice(choices)).required()
}

fn contact(scene: &Scene) -> Vec<Field> {
    let mut fields =
        vec![Field::new("/reached", say::REACHED, Control::YesNo).required(), by_channel(scene.channels())];
    fields.extend(identity(scene));
    let tell: Vec<_> = list(&scene.slice("notification")["contact"]["tell"])
        .filter_map(|word| Some(key(word.as_str()?)))
        .collect();
    if scene.brief["kind"] == "contact" && !tell.is_empty() {
        fields.push(Field::new("/told", say::TOLD_ALL, Control::Several(tell)).hint(say::TOLD_ALL_HINT));
    }
    fields.push(paragraph("/note", say::NOTE));
    if scene.may_end("unreachable") {
        fields.push(Field::new("/give_up", say::GIVE_UP, Control::Tick).hint(say::GIVE_UP_HINT));
    }
    fields
}

fn demanded(scene: &Scene) -> &Value {
    &scene.slice("notification")["reply"]["evidence_attachments"]
}

fn reply(scene: &Scene) -> Vec<Field> {
    let mut fields = vec![by_channel(scene.channels()), paragraph("/text", say::TEXT).hint(say::TEXT_HINT)];
    let kinds = labelled(demanded(scene));
    if !kinds.is_empty() {
        let most = kinds.len();
        let columns = vec![
            Field::new("/evidence", say::EVIDENCE_KIND, Control::Choice(kinds)).required(),
            Field::new("/file", say::FILE, Control::Choice(scene.files.clone())).required(),
        ];
        let rows = Control::Rows(columns, most);
        fields.push(Field::new("/attachments", say::ATTACHMENTS, rows).hint(say::ATTACHMENTS_HINT));
    }
    fields
}

/// A row for each kind of evidence that goes with the reply.
fn evidence(scene: &Scene) -> Vec<(String, String)> {
    let kinds = labelled(demanded(scene)).into_iter().enumerate();
    kinds.map(|(n, kind)| (format!("/attachments/{n}/evidence"), kind.value)).collect()
}

fn callback(scene: &Scene) -> Vec<Field> {
    let slice = scene.slice("notification");
    let scale = labelled(&slice["satisfaction"]["scale"]);
    let named: Vec<_> = list(&slice["callback"]["channels"]).filter_map(Value::as_str).collect();
    let channels = scene.channels();
    let mut fields = vec![Field::new("/reached", say::REACHED, Control::YesNo).required()];
    if !named.is_empty() {
        let known = |key: &str| channels.iter().find(|one| one.value == key).cloned();
        fields.push(by_channel(named.iter().map(|name| known(name).unwrap_or_else(|| key(name))).collect()));
    }
    fields.extend(identity(scene));
    fields.push(
        Field::new("/satisfaction", say::SATISFACTION, Control::Radio(scale)).hint(say::SATISFACTION_HINT),
    );
    fields.push(paragraph("/opinion", say::OPINION));
    fields
}
