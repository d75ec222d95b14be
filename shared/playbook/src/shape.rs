//! Whether a document has the shape of a playbook: every unknown key, missing key and ill-typed value at once.
//!
//! Serde would stop at the first of them. The JSON Schema that editors use says the same things, so the tree is
//! walked along it; what the schema cannot say (fact keys, limits) is looked up by the name of the type.

use contracts::{FactKey, RoleKey};
use serde_json::{Map, Value};

use crate::finding::{Code, Finding};
use crate::source::{Content, Entry, Node};
use crate::words::Yuan;

/// Everything about the shape that is wrong, each at its place.
pub(crate) fn check(root: &Node, schema: &Value) -> Vec<Finding> {
    let empty = Map::new();
    let definitions = schema.get("$defs").and_then(Value::as_object).unwrap_or(&empty);
    let mut walk = Walk { definitions, findings: Vec::new() };
    walk.value(root, schema, "");
    walk.findings
}

struct Walk<'a> {
    definitions: &'a Map<String, Value>,
    findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, node: &Node, schema: &'a Value, path: &str) {
        if let Some(name) = reference(schema) {
            if let (Content::Scalar { text, .. }, Some(wrong)) = (&node.value, scalar_of(node, name)) {
                return self.wrong(
                    node,
                    path,
                    &format!("“{text}” {}", wrong.0),
                    &format!("“{text}”{}", wrong.1),
                );
            }
            if let Some(definition) = self.definitions.get(name) {
                return self.value(node, definition, path);
            }
        }
        if let Some(choices) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
            return self.choice(node, choices, path);
        }
        match &node.value {
            Content::Map(entries) if admits(schema, "object") => self.map(node, entries, schema, path),
            Content::List(items) if admits(schema, "array") => {
                let Some(each) = schema.get("items") else { return };
                for (index, item) in items.iter().enumerate() {
                    self.value(item, each, &format!("{path}[{index}]"));
                }
            }
            Content::Scalar { text, plain } => self.scalar(node, text, *plain, schema, path),
            Content::Map(_) | Content::List(_) => self.expected(node, schema, path),
        }
    }

    fn map(&mut self, node: &Node, entries: &[Entry], schema: &'a Value, path: &str) {
        let empty = Map::new();
        let known = schema.get("properties").and_then(Value::as_object);
        let patterns =
            schema.get("patternProperties").and_then(Value::as_object).and_then(|all| all.values().next());
        let others = patterns.or_else(|| schema.get("additionalProperties").filter(|rule| rule.is_object()));
        for (index, entry) in entries.iter().enumerate() {
            let deeper = join(path, &entry.key);
            if entries[..index].iter().any(|earlier| earlier.key == entry.key) {
                let (en, zh) =
                    (format!("“{}” stands here twice", entry.key), format!("“{}”重复出现", entry.key));
                self.findings.push(at_key(entry, &deeper, Code::Duplicate, &en, &zh));
            } else if let Some(rule) = known.and_then(|known| known.get(&entry.key)).or(others) {
                self.value(&entry.value, rule, &deeper);
            } else {
                let names = known.unwrap_or(&empty).keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let en = format!("unknown key “{}”; known here: {names}", entry.key);
                let zh = format!("未知的键“{}”；此处可用：{names}", entry.key);
                self.findings.push(at_key(entry, &deeper, Code::UnknownKey, &en, &zh));
            }
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if !entries.iter().any(|entry| entry.key == name) {
                let (en, zh) = (format!("the key “{name}” is missing"), format!("缺少键“{name}”"));
                self.findings.push(at(node, path, Code::MissingKey, &en, &zh));
            }
        }
    }

    /// One of several shapes: optional values, enums, and enums whose variants carry data as a map of one key.
    fn choice(&mut self, node: &Node, choices: &'a [Value], path: &str) {
        let some = choices.iter().filter(|choice| choice.get("type").and_then(Value::as_str) != Some("null"));
        let some: Vec<&'a Value> = some.collect();
        if let [only] = some.as_slice() {
            return self.value(node, only, path);
        }
        let names_it = |choice: &Value| match &node.value {
            Content::Map(entries) => {
                let first = entries.first().map(|entry| entry.key.as_str());
                first.is_some_and(|key| choice.get("properties").and_then(|known| known.get(key)).is_some())
            }
            Content::Scalar { .. } | Content::List(_) => false,
        };
        if let Some(choice) = some.iter().find(|choice| names_it(choice)) {
            return self.value(node, choice, path);
        }
        let fits = |choice: &&&'a Value| {
            let mut trial = Walk { definitions: self.definitions, findings: Vec::new() };
            trial.value(node, choice, path);
            trial.findings.is_empty()
        };
        if !some.iter().any(|choice| fits(&choice)) {
            let words = some.iter().flat_map(|choice| words_of(choice)).collect::<Vec<_>>().join(", ");
            self.wrong(node, path, &format!("expected one of: {words}"), &format!("应为下列之一：{words}"));
        }
    }

    fn scalar(&mut self, node: &Node, text: &str, plain: bool, schema: &Value, path: &str) {
        let words = words_of(schema);
        if !words.is_empty() {
            if !words.contains(&text) {
                let words = words.join(", ");
                let (en, zh) =
                    (format!("“{text}” is none of: {words}"), format!("“{text}”不在下列之中：{words}"));
                self.wrong(node, path, &en, &zh);
            }
            return;
        }
        let number = text.parse::<i64>().ok().filter(|_| plain);
        if admits(schema, "integer") {
            let bound = |name: &str| schema.get(name).and_then(Value::as_i64);
            let fits = number.is_some_and(|n| {
                bound("minimum").is_none_or(|low| n >= low) && bound("maximum").is_none_or(|high| n <= high)
            });
            if !fits {
                self.expected(node, schema, path);
            }
        } else if admits(schema, "boolean") {
            if !plain || !matches!(text, "true" | "false") {
                self.expected(node, schema, path);
            }
        } else if !admits(schema, "string") || (plain && text.is_empty()) {
            self.expected(node, schema, path);
        } else if schema.get("pattern").is_some_and(|pattern| pattern == crate::words::KEY_PATTERN)
            && RoleKey::new(text).is_err()
        {
            let en = format!(
                "“{text}” is not a key: up to 64 of a-z, 0-9, _ - . beginning with a letter or digit"
            );
            self.wrong(
                node,
                path,
                &en,
                &format!("“{text}”不是合法的键：须为小写字母、数字、_ - .，最多 64 个字符"),
            );
        }
    }

    fn expected(&mut self, node: &Node, schema: &Value, path: &str) {
        let kind =
            ["object", "array", "integer", "boolean", "string"].into_iter().find(|kind| admits(schema, kind));
        let (en, zh) = match kind {
            Some("object") => ("keys and values", "键和值"),
            Some("array") => ("a list", "列表"),
            Some("integer") => ("a whole number within its bounds", "范围内的整数"),
            Some("boolean") => ("true or false", "true 或 false"),
            _ => ("a text", "文本"),
        };
        self.wrong(node, path, &format!("expected {en}"), &format!("此处应为{zh}"));
    }

    fn wrong(&mut self, node: &Node, path: &str, en: &str, zh: &str) {
        self.findings.push(at(node, path, Code::Shape, en, zh));
    }
}

/// What is wrong with a scalar of a type that a schema cannot describe, in both languages.
fn scalar_of(node: &Node, name: &str) -> Option<(String, String)> {
    let Content::Scalar { text, plain } = &node.value else { return None };
    let wrong = |en: String, zh: &str| Some((en, zh.to_owned()));
    match name {
        "FactKey" if FactKey::new(text.as_str()).is_err() => {
            wrong("is not a declared fact key".into(), "不是已声明的事实键")
        }
        "Limit" => text
            .parse::<calendar::Limit>()
            .err()
            .and_then(|error| wrong(format!("is not a time limit: {error}"), "不是合法的时限")),
        "Yuan" => {
            let given = text
                .parse::<i64>()
                .ok()
                .filter(|_| *plain)
                .map(Value::from)
                .unwrap_or_else(|| text.clone().into());
            let number = *plain && text.parse::<i64>().is_err();
            let bad = number || serde_json::from_value::<Yuan>(given).is_err() || text.starts_with('-');
            bad.then(|| {
                (
                    "is not an amount in yuan: write 20 or \"99.50\"".into(),
                    "不是人民币金额：应写 20 或 \"99.50\"".into(),
                )
            })
        }
        _ => None,
    }
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)?.strip_prefix("#/$defs/")
}

fn admits(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    }
}

/// The words of a closed list, or the keys of variants that carry data.
fn words_of(schema: &Value) -> Vec<&str> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let constant = schema.get("const").and_then(Value::as_str);
    let choices = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten().flat_map(words_of);
    let keyed = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str);
    listed.chain(constant).chain(choices).chain(keyed).collect()
}

pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn at(node: &Node, path: &str, code: Code, en: &str, zh: &str) -> Finding {
    Finding { line: node.place.line, column: node.place.column, ..Finding::new(path, code, en, zh) }
}

fn at_key(entry: &Entry, path: &str, code: Code, en: &str, zh: &str) -> Finding {
    Finding { line: entry.key_place.line, column: entry.key_place.column, ..Finding::new(path, code, en, zh) }
}
