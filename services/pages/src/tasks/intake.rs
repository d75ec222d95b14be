//! What intake takes: clarifying a claim, and what becomes known of a case.

use contracts::facts::FactKind;
use contracts::{FactKey, FactValue, ServiceName, Text};
use serde_json::{Value, json};

use super::{Made, Scene, labelled, list, paragraph, say};
use crate::forms::{Control, Field, Label};
use crate::words::{by_key, known};

pub(super) fn form(verb: &str, scene: &Scene) -> Option<Made> {
    let service = ServiceName::Intake;
    Some(match verb {
        "clarify" => Made::at_visit(service, scene, clarify(scene)),
        "fact.record" => Made::about(service, json!({}), facts(scene)),
        _ => return None,
    })
}

/// What an order of this form carries of itself, so that it is not asked for as a fact besides.
const OWN: [&str; 6] =
    ["category", "complained_of", "amount", "customer_understood", "identity_verified", "customer_contacted"];

fn clarify(scene: &Scene) -> Vec<Field> {
    let mut fields = vec![
        Field::new("/reached", say::REACHED, Control::YesNo).required(),
        paragraph("/restated", say::RESTATED).hint(say::RESTATED_HINT),
        Field::new("/confirmed_by_customer", say::CONFIRMED, Control::Tick).hint(say::CONFIRMED_HINT),
        paragraph("/said", say::CUSTOMER_ADDS),
        Field::new("/category", say::CATEGORY, Control::Choice(labelled(&scene.book["categories"]))),
        Field::new("/complained_of", say::COMPLAINED_OF, Control::Choice(scene.departments.clone())),
        Field::new("/order_number", say::ORDER_NUMBER, Control::Line),
        Field::new("/amount", say::AMOUNT, Control::Money),
        Field::new("/complainant/name", say::CUSTOMER_NAME, Control::Line),
        Field::new("/complainant/phone", say::CUSTOMER_PHONE, Control::Phone),
        Field::new("/complainant/email", say::CUSTOMER_EMAIL, Control::Email),
        Field::new("/identity_verified", say::IDENTITY, Control::YesNo),
    ];
    let asked = lacking(scene).filter(|fact| !OWN.contains(&fact.as_str()));
    fields.extend(asked.map(|fact| fact_field(scene, &fact)));
    if !scene.files.is_empty() {
        fields.push(Field::new("/files", say::EVIDENCE, Control::Several(scene.files.clone())));
    }
    if scene.may_end("unreachable") {
        fields.push(Field::new("/give_up", say::GIVE_UP, Control::Tick).hint(say::GIVE_UP_HINT));
    }
    fields
}

/// What may be told of a case as a fact: what an open stage waits for, and the marks of the playbook that people set.
fn facts(scene: &Scene) -> Vec<Field> {
    let marks = list(&scene.book["routing_flags"]).filter_map(|flag| flag["fact"].as_str());
    let waited = waited(scene);
    let mut keys: Vec<FactKey> =
        waited.into_iter().chain(marks.filter_map(|key| FactKey::new(key).ok())).collect();
    // Who spoke with a customer to whom a clock owes word says so.
    let owed = |clock: &Value| list(&clock["stop"]).any(|stop| stop["fact"] == "last_contact");
    if list(&scene.book["clocks"]).any(owed) {
        keys.extend(FactKey::new("last_contact").ok());
    }
    let usual = ["injury", "press", "regulator", "legal", "time_agreed", "customer_agreed"];
    keys.extend(usual.into_iter().filter_map(|key| FactKey::new(key).ok()));
    let mut seen = std::collections::BTreeSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    keys.iter().map(|key| fact_field(scene, key)).collect()
}

/// The facts that the open stages of the case wait for and that are not on record.
fn waited(scene: &Scene) -> Vec<FactKey> {
    let open = list(&scene.case["visits"]).map(|visit| &visit["stage"]);
    let stages = open.filter_map(|key| list(&scene.book["stages"]).find(|stage| stage["key"] == *key));
    stages.flat_map(|stage| missing(scene, &stage["requires"]["facts"])).collect()
}

fn lacking(scene: &Scene) -> impl Iterator<Item = FactKey> {
    missing(scene, &scene.brief["requires"]["facts"]).into_iter()
}

fn missing(scene: &Scene, wanted: &Value) -> Vec<FactKey> {
    let keys = list(wanted).filter_map(|key| FactKey::new(key.as_str()?).ok());
    let on_record = |key: &FactKey| {
        let value = serde_json::from_value::<FactValue>(scene.case["facts"][key.as_str()].clone()).ok();
        value.is_some_and(|value| value.as_bool() != Some(false))
    };
    keys.filter(|key| !on_record(key)).collect()
}

fn fact_field(scene: &Scene, fact: &FactKey) -> Field {
    let control = match fact.kind() {
        FactKind::Flag => Control::YesNo,
        FactKind::Number => Control::Number,
        FactKind::Money => Control::Money,
        FactKind::Time => Control::Moment(scene.zone.clone()),
        FactKind::Text | FactKind::Keys => Control::Line,
    };
    Field::new(format!("/facts/{fact}"), fact_label(&scene.book, fact.as_str()), control)
}

/// What a fact is called: by the playbook, else in our words.
#[must_use]
pub fn fact_label(book: &Value, fact: &str) -> Label {
    let named = |list_of: &Value, key: &str, by: &str| {
        let one = list(list_of).find(|one| one[by] == key)?;
        serde_json::from_value::<Text>(one["label"].clone()).ok().map(Label::Text)
    };
    let own = || {
        named(&book["routing_flags"], fact, "fact")
            .or_else(|| named(&book["forms"], fact.strip_prefix("completed_")?, "key"))
            .or_else(|| named(&book["intake"]["signals"], fact.strip_prefix("signal_")?, "key"))
            .or_else(|| named(&book["intake"]["fields"], fact.strip_prefix("form_")?, "key"))
            .or_else(|| named(&book["intake"]["fields"], fact.strip_prefix("form_")?, "field"))
    };
    own()
        .or_else(|| by_key(known::ALL, fact).map(Label::Word))
        .unwrap_or_else(|| Label::Name(fact.to_owned()))
}
