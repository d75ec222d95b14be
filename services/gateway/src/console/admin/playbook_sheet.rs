//! What the page of a playbook shows, read from its document.

use contracts::{Language, Text};
use pages::Word;
use pages::admin::playbook_map::{Move, Stage};
use pages::admin::playbooks::{Authority, Change, Clock};
use pages::words::{by_key, playbooks as words};
use serde_json::Value;

fn list<'a>(document: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    document[name].as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn label(one: &Value) -> Text {
    let found = serde_json::from_value(one["label"].clone()).ok();
    found.unwrap_or_else(|| Text { zh: text(&one["key"]), en: text(&one["key"]) })
}

/// What `key` of a list, or of a map, is called.
fn called(document: &Value, name: &str, key: &str, language: Language) -> String {
    let of_list = list(document, name).find(|one| one["key"] == key);
    let found = of_list.or_else(|| document[name].get(key));
    found.map_or_else(|| key.to_owned(), |one| label(one).get(language).to_owned())
}

/// The document control, as far as the playbook states it.
pub(super) fn control(document: &Value) -> Vec<(Word, String)> {
    let control = &document["document_control"];
    let stated = [
        (words::CONTROL_NUMBER, &control["number"]),
        (words::CONTROL_ISSUE, &control["issue"]),
        (words::CONTROL_UNIT, &control["unit"]),
        (words::DRAFTED_BY, &control["drafted_by"]),
        (words::REVIEWED_BY, &control["reviewed_by"]),
        (words::APPROVED_BY, &control["approved_by"]),
        (words::EFFECTIVE, &control["effective"]),
        (words::SOURCE, &document["source"]["document"]),
    ];
    stated
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(word, value)| (word, text(value)))
        .collect()
}

/// The change log.
pub(super) fn changes(document: &Value) -> Vec<Change> {
    let change = |one: &Value| Change {
        number: text(&one["number"]),
        date: text(&one["date"]),
        description: serde_json::from_value(one["description"].clone())
            .unwrap_or_else(|_| Text { zh: text(&one["description"]), en: text(&one["description"]) }),
        by: text(&one["by"]),
    };
    list(&document["document_control"], "changes").map(change).collect()
}

/// The stages with their ways, loops and clocks.
pub(super) fn stages(document: &Value, language: Language) -> Vec<Stage> {
    let stage = |one: &Value| {
        let key = text(&one["key"]);
        let moved = |step: &Value| Move {
            to: text(&step["to"]),
            when: step["when"].as_str().map(str::to_owned),
            back: step["loop"].as_str().map(|back| called(document, "loops", back, language)),
        };
        let begins = |clock: &&Value| list(clock, "start").any(|start| start["entered"] == key.as_str());
        Stage {
            label: label(one),
            kind: text(&one["kind"]),
            side: one["side"].is_object(),
            owner: one["owner"]["role"].as_str().map(|role| called(document, "roles", role, language)),
            moves: list(one, "next").map(moved).collect(),
            clocks: list(document, "clocks")
                .filter(begins)
                .map(|clock| label(clock).get(language).to_owned())
                .collect(),
            key,
        }
    };
    list(document, "stages").map(stage).collect()
}

/// The clocks.
pub(super) fn clocks(document: &Value, language: Language) -> Vec<Clock> {
    let clock = |one: &Value| Clock {
        label: label(one),
        limit: text(&one["limit"]),
        start: list(one, "start").map(|trigger| told(document, trigger, language)).collect(),
        stop: list(one, "stop").map(|trigger| told(document, trigger, language)).collect(),
        hard: one["strictness"] != "target",
    };
    list(document, "clocks").map(clock).collect()
}

/// What starts or stops a clock, in words.
fn told(document: &Value, trigger: &Value, language: Language) -> String {
    let stage = |key: &Value| called(document, "stages", &text(key), language);
    let (word, name) = if trigger["entered"].is_string() {
        (words::ON_ENTER, stage(&trigger["entered"]))
    } else if trigger["left"].is_string() {
        (words::ON_LEAVE, stage(&trigger["left"]))
    } else if let Some(event) = trigger["event"].as_str() {
        (by_key(words::ALL, &format!("on-{event}")).unwrap_or(words::ON_RECEIVED), String::new())
    } else {
        (words::ON_FACT, text(&trigger["fact"]))
    };
    word.with(language, &[("name", &name)])
}

/// Who decides on what.
pub(super) fn authority(document: &Value, language: Language) -> Vec<Authority> {
    let row = |one: &Value| {
        let amount = |word: Word, name: &str| {
            (!one[name].is_null()).then(|| word.with(language, &[("amount", &text(&one[name]))]))
        };
        let named = one["label"].is_object().then(|| label(one).get(language).to_owned());
        let level =
            one["level"].as_u64().map(|level| words::AT_LEVEL.with(language, &[("n", &level.to_string())]));
        let category = one["category"].as_str().map(|key| called(document, "categories", key, language));
        let parts = [
            named,
            category,
            level,
            amount(words::OVER, "amount_over"),
            amount(words::UP_TO, "amount_up_to"),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        let step = |step: &Value| called(document, "roles", &text(&step["role"]), language);
        Authority {
            case: if parts.is_empty() {
                words::ANYTHING.get(language).to_owned()
            } else {
                parts.join(" · ")
            },
            steps: list(one, "steps").map(step).collect(),
        }
    };
    list(document, "authority_matrix").map(row).collect()
}

/// Forms, categories, roles and channels with their names in both languages.
pub(super) fn named(document: &Value) -> Vec<(Word, Vec<(String, Text)>)> {
    let of_list =
        |name: &str| list(document, name).map(|one| (text(&one["key"]), label(one))).collect::<Vec<_>>();
    let roles = document["roles"].as_object().into_iter().flatten();
    vec![
        (words::FORMS, of_list("forms")),
        (words::CATEGORIES, of_list("categories")),
        (words::ROLES, roles.map(|(key, role)| (key.clone(), label(role))).collect()),
        (words::CHANNELS, of_list("channels")),
    ]
}
