//! What approval takes: decisions, reviews, audits, the opinions of meetings, accountability.

use contracts::{Fen, ServiceName};
use serde_json::Value;

use super::{Made, Scene, Word, key, list, paragraph, say};
use crate::forms::{Choice, Control, Field, Label};

/// Decisions beyond those that are proposed: somebody else is held to account besides.
const BESIDES: usize = 1;

pub(super) fn form(verb: &str, scene: &Scene) -> Option<Made> {
    let fields = match verb {
        "decide" => decide(scene),
        "review" => judged("/verdict", say::VERDICT, [("agree", say::AGREE), ("object", say::OBJECT)]).into(),
        "audit" => {
            judged("/verdict", say::VERDICT, [("passed", say::PASSED), ("failed", say::FAILED)]).into()
        }
        "meet" if convenes(scene) => vec![paragraph("/opinion", say::OPINION_OF_MEETING).required()],
        "meet" => {
            judged("/signature", say::SIGNATURE, [("agree", say::SIGN), ("refuse", say::REFUSE_TO_SIGN)])
                .into()
        }
        "account" => account(scene),
        _ => return None,
    };
    let made = Made::at_visit(ServiceName::Approval, scene, fields).with("round", scene.round["id"].clone());
    Some(if verb == "account" { made.filled(proposed(scene)) } else { made })
}

/// A decision, for less than was proposed where something costs anything.
fn decide(scene: &Scene) -> Vec<Field> {
    let choices = [("approve", say::APPROVE), ("refuse", say::REFUSE)];
    let [decision, reason] = judged("/decision", say::DECISION, choices);
    let amounts: Vec<_> = list(&scene.round["proposed"])
        .filter_map(|one| Some((key(one["remedy"].as_str()?), one["amount"].as_i64()?)))
        .collect();
    if amounts.iter().all(|(_, fen)| *fen == 0) {
        return vec![decision, reason];
    }
    let less = Field::new("/remedies", say::GIVEN, Control::Amounts(amounts)).hint(say::GIVEN_HINT);
    vec![decision, less, reason.hint(say::REASON_IF_LESS)]
}

fn judged(at: &'static str, label: Word, choices: [(&str, Word); 2]) -> [Field; 2] {
    let choices = choices.map(|(key, word)| Choice::new(key, word)).to_vec();
    [
        Field::new(at, label, Control::Radio(choices)).required(),
        paragraph("/reason", say::REASON).hint(say::REASON_IF_REFUSED),
    ]
}

/// Whether the work is that of whoever convened the meeting: theirs is the first seat.
fn convenes(scene: &Scene) -> bool {
    list(&scene.round["steps"][0]["seats"]).any(|seat| seat["work"] == scene.work["work"])
}

/// The opinion that a meeting was asked to sign, by its reference.
pub(super) fn opinion(round: &Value) -> Option<&str> {
    let seats = list(&round["steps"][0]["seats"]);
    seats.filter_map(|seat| seat["standing"]["decided"]["reason"]["id"].as_str()).next()
}

fn incentives(scene: &Scene) -> Vec<&Value> {
    list(&scene.round["incentives"]).collect()
}

/// What an incentive of the playbook is called.
pub(super) fn incentive_label(scene: &Scene, key: &str) -> Label {
    let found = list(&scene.slice("approval")["incentives"]).chain(list(&scene.book["incentives"]));
    let text = found
        .filter(|one| one["key"] == key)
        .find_map(|one| serde_json::from_value::<contracts::Text>(one["label"].clone()).ok());
    text.map_or_else(|| Label::Name(key.to_owned()), Label::Text)
}

fn account(scene: &Scene) -> Vec<Field> {
    let proposed = incentives(scene);
    let mut keys: Vec<_> = proposed.iter().filter_map(|one| one["incentive"].as_str()).collect();
    keys.dedup();
    let choices =
        keys.iter().map(|key| Choice { value: (*key).to_owned(), label: incentive_label(scene, key) });
    let given = |key: &str| proposed.iter().any(|one| !one[key].is_null());
    let mut columns = vec![
        Field::new("/incentive", say::INCENTIVE, Control::Choice(choices.collect())),
        Field::new("/person", say::WHOM, Control::Person(scene.people.clone())).hint(say::PERSON_HINT),
    ];
    let numbers = [
        ("amount_to", "/amount", say::AMOUNT, Control::Money),
        ("percent", "/percent", say::PERCENT, Control::Number),
        ("points", "/points", say::POINTS_OF_MERIT, Control::Number),
    ];
    let numbers = numbers.into_iter().filter(|(key, ..)| given(key));
    columns.extend(numbers.map(|(_, at, label, control)| Field::new(at, label, control)));
    let mut fields = vec![paragraph("/reason", say::REASON).required()];
    if !proposed.is_empty() {
        let rows = Control::Rows(columns, proposed.len() + BESIDES);
        fields.insert(0, Field::new("/decisions", say::DECISIONS, rows).hint(say::DECISIONS_HINT));
    }
    fields
}

/// Each proposal at its least amount, for whom the case names: to be changed or emptied.
fn proposed(scene: &Scene) -> Vec<(String, String)> {
    let row = |(n, one): (usize, &Value)| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let number = |value: &Value| value.as_u64().map(|number| number.to_string());
        let yuan = one["amount_from"].as_i64().map(|fen| Fen(fen).to_string());
        let values = [
            ("incentive", text(&one["incentive"])),
            ("person", text(&one["person"])),
            ("amount", yuan),
            ("percent", number(&one["percent"])),
            ("points", number(&one["points"])),
        ];
        let values = values.into_iter().filter_map(|(key, value)| Some((key, value?)));
        values.map(|(key, value)| (format!("/decisions/{n}/{key}"), value)).collect::<Vec<_>>()
    };
    incentives(scene).into_iter().enumerate().flat_map(row).collect()
}
