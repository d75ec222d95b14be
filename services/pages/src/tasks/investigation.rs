//! What investigation takes: findings, verdicts, proposals, carrying out, measures and their effect.

use contracts::ServiceName;
use serde_json::Value;

use super::{Made, Scene, key, keys, labelled, list, paragraph, say};
use crate::forms::{Choice, Control, Field};

/// Rows of a plan of measures; more are planned by another plan or the API.
const MEASURES: usize = 5;
/// Parties that share a fault.
const SHARES: usize = 4;
/// Where a finding may come from.
const SOURCES: [&str; 9] =
    ["statement", "video", "sales_record", "order", "photo", "test", "document", "site_visit", "other"];

pub(super) fn form(verb: &str, scene: &Scene) -> Option<Made> {
    let fields = match verb {
        "verify" => verify(),
        "finding.add" => finding(scene),
        "propose" => propose(scene),
        "execute" => execute(scene),
        "correct.plan" => plan(scene),
        "correct.done" => done(scene),
        "correct.verify" => effect(scene),
        _ => return None,
    };
    let made = Made::at_visit(ServiceName::Investigation, scene, fields);
    Some(if verb == "correct.done" { made.with("measure", measure(scene)["id"].clone()) } else { made })
}

fn verify() -> Vec<Field> {
    vec![
        Field::new("/substantiated", say::STANDS, Control::YesNo).required(),
        paragraph("/finding", say::FINDING).required(),
    ]
}

fn finding(scene: &Scene) -> Vec<Field> {
    let sources = SOURCES.map(|source| key(&format!("source_{source}")));
    let sources = SOURCES.iter().zip(sources);
    let sources = sources.map(|(value, choice)| Choice { value: (*value).to_owned(), ..choice }).collect();
    let mut fields = vec![
        paragraph("/finding", say::FINDING).required(),
        Field::new("/source", say::SOURCE, Control::Choice(sources)).required(),
    ];
    if scene.brief["kind"] == "investigate" {
        let choices = vec![Choice::new("true", say::ESTABLISHED), Choice::new("false", say::NOT_ESTABLISHED)];
        fields.push(Field::new("/established", say::CAUSE, Control::Either(choices)).hint(say::CAUSE_HINT));
    }
    fields
}

fn liable(scene: &Scene) -> Vec<Choice> {
    let kinds = keys(&scene.slice("investigation")["liability_kinds"]);
    let usual =
        ["company", "department", "person", "store", "supplier", "customer", "external", "undetermined"];
    if kinds.is_empty() { usual.map(key).to_vec() } else { kinds }
}

fn propose(scene: &Scene) -> Vec<Field> {
    let slice = scene.slice("investigation");
    let remedies = keys(&slice["remedies"]["allowed"]);
    let liable = liable(scene);
    let mut fields = Vec::new();
    if !remedies.is_empty() {
        fields.push(
            Field::new("/remedies", say::REMEDIES, Control::Remedies(remedies)).hint(say::REMEDIES_HINT),
        );
    }
    fields.push(Field::new("/liable", say::LIABLE, Control::Choice(liable.clone())).required());
    if liable.iter().any(|one| one.value == "person") {
        let people = Control::Person(scene.people.clone());
        fields.push(Field::new("/liable_person", say::LIABLE_PERSON, people).hint(say::LIABLE_PERSON_HINT));
    }
    fields.push(paragraph("/reason", say::REASON).required());
    let order = keys(&slice["remedies"]["order"]);
    if order.len() > 1 {
        let columns = vec![
            Field::new("/remedy", say::REMEDY, Control::Choice(order.clone())),
            paragraph("/reason", say::WHY_DECLINED),
        ];
        let rows = Control::Rows(columns, order.len() - 1);
        fields.push(Field::new("/declined", say::DECLINED, rows).hint(say::DECLINED_HINT));
    }
    if scene.asks_for("liability_shares") {
        let columns = vec![
            Field::new("/liable", say::LIABLE, Control::Choice(liable)),
            Field::new("/person", say::LIABLE_PERSON, Control::Person(scene.people.clone())),
            Field::new("/percent", say::PERCENT, Control::Number),
        ];
        fields
            .push(Field::new("/shares", say::SHARES, Control::Rows(columns, SHARES)).hint(say::SHARES_HINT));
    }
    fields
}

fn execute(scene: &Scene) -> Vec<Field> {
    let mut fields = vec![paragraph("/account", say::ACCOUNT_OF).required()];
    let last = list(&scene.investigation["instances"]).last();
    let proposal = last.and_then(|last| list(&last["proposals"]).last());
    let owed: Vec<_> = proposal
        .into_iter()
        .flat_map(|proposal| list(&proposal["remedies"]))
        .filter_map(|remedy| Some(key(remedy["remedy"].as_str()?)))
        .collect();
    if owed.len() > 1 {
        fields.push(
            Field::new("/remedies", say::DONE_SO_FAR, Control::Remedies(owed)).hint(say::DONE_SO_FAR_HINT),
        );
    }
    fields
}

/// What the playbook says of measures: the visit's own view has it, else its brief.
fn correct(scene: &Scene) -> &Value {
    let visit = list(&scene.investigation["visits"]).find(|visit| visit["visit"] == scene.visit);
    match visit.map(|visit| &visit["correct"]) {
        Some(correct) if !correct.is_null() => correct,
        _ => &scene.slice("investigation")["correct"],
    }
}

fn plan(scene: &Scene) -> Vec<Field> {
    let correct = correct(scene);
    let kinds = ["corrective", "preventive", "training"].map(key).to_vec();
    let mut columns = vec![
        paragraph("/measure", say::MEASURE).required(),
        Field::new("/due", say::DUE_BY, Control::Moment(scene.zone.clone())).required(),
        Field::new("/kind", say::MEASURE_KIND, Control::Choice(kinds)),
    ];
    let methods = labelled(&correct["methods"]);
    if !methods.is_empty() {
        columns.push(Field::new("/method", say::METHOD, Control::Choice(methods)));
    }
    columns.push(Field::new(
        "/department",
        say::MEASURE_DEPARTMENT,
        Control::Choice(scene.departments.clone()),
    ));
    columns.push(Field::new("/person", say::MEASURE_PERSON, Control::Person(scene.people.clone())));
    vec![Field::new("/measures", say::MEASURES, Control::Rows(columns, MEASURES)).required()]
}

/// The measure that a piece of work is.
pub(super) fn measure(scene: &Scene) -> &Value {
    let visits = list(&scene.investigation["visits"]).flat_map(|visit| list(&visit["measures"]));
    let mut works = visits.filter(|one| one["work"] == scene.work["work"]);
    let instances = list(&scene.investigation["instances"]);
    let mut measures = instances.flat_map(|instance| list(&instance["measures"]));
    let found = works.next().and_then(|work| measures.find(|one| one["id"] == work["measure"]));
    found.unwrap_or(&Value::Null)
}

fn done(scene: &Scene) -> Vec<Field> {
    let mut fields = vec![paragraph("/result", say::RESULT).required()];
    if measure(scene)["kind"] == "training" {
        let people = Control::Several(scene.people.clone());
        fields.push(Field::new("/attended", say::ATTENDED, people).required());
    }
    fields
}

fn effect(scene: &Scene) -> Vec<Field> {
    let mut fields = vec![
        Field::new("/effective", say::WORKED, Control::YesNo).required(),
        paragraph("/finding", say::HOW_SEEN).required(),
    ];
    let documents = labelled(&correct(scene)["standardise"]);
    if !documents.is_empty() {
        let most = documents.len();
        let columns = vec![
            Field::new("/document", say::DOCUMENT, Control::Choice(documents)),
            paragraph("/change", say::CHANGE),
        ];
        let rows = Control::Rows(columns, most);
        fields.push(Field::new("/standardised", say::STANDARDISED, rows).hint(say::STANDARDISED_HINT));
    }
    fields
}

/// A measure in words of the case: its text is opened by investigation.
pub(super) fn measure_text(scene: &Scene) -> Option<&str> {
    let id = measure(scene)["words"]["id"].as_str()?;
    scene.investigation["words"][id].as_str()
}
