//! Texts that break careless programs, put into every text of an order as its JSON Schema lists them.
//!
//! What may come of such a text: it is kept and read back byte for byte, or the order is refused with a problem that
//! names the field and what was expected. Anything else is a defect.

use serde_json::{Value, json};

/// Texts that mean something to PostgreSQL, a browser, a template, a formatter or a screen.
pub const TEXTS: &[&str] = &[
    "'; drop table complaint; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "\u{202e}txt.exe",
    "👩‍👩‍👧 😀",
];

/// Holds U+0000, which no text of PostgreSQL can: always refused.
pub const NUL: &str = "a\0b";

/// An order with one hostile text in it.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Where the text stands, as a JSON pointer.
    pub place: String,
    /// The text.
    pub text: &'static str,
    /// The body of the order.
    pub body: Value,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Became {
    /// It was taken; everything that can be read about it since.
    Kept(Vec<Value>),
    /// It was refused with this problem.
    Refused(Value),
}

/// Every text and every name of a map in `schema`, in the places that `example` has, with every hostile text.
///
/// # Panics
/// When the example leaves a member of the schema out: a new field is not forgotten.
#[must_use]
pub fn attempts(schema: &Value, example: &Value) -> Vec<Attempt> {
    let mut places = Vec::new();
    walk(schema, schema, example, String::new(), &mut places);
    assert!(!places.is_empty(), "the schema has no text");
    let texts = || TEXTS.iter().copied().chain([NUL]);
    let each = |place: Place| texts().map(move |text| place.attempt(example, text));
    places.into_iter().flat_map(each).collect()
}

/// A text, or the name of a member of a map, by its pointer.
enum Place {
    Text(String),
    Name(String),
}

impl Place {
    fn attempt(&self, example: &Value, text: &'static str) -> Attempt {
        let mut body = example.clone();
        let place = match self {
            Self::Text(pointer) => {
                *body.pointer_mut(pointer).expect("the example has this place") = json!(text);
                pointer.clone()
            }
            Self::Name(pointer) => {
                let (map, name) = pointer.rsplit_once('/').expect("a pointer has steps");
                let members = body.pointer_mut(map).and_then(Value::as_object_mut).expect("a map");
                let value = members.remove(name).expect("the example has this name");
                members.insert(text.to_owned(), value);
                format!("{map}/{}", text.replace('~', "~0").replace('/', "~1"))
            }
        };
        Attempt { place, text, body }
    }
}

/// The schemas that a value may follow: references resolved, alternatives side by side.
fn alternatives<'s>(root: &'s Value, schema: &'s Value, found: &mut Vec<&'s Value>) {
    if let Some(pointer) = schema["$ref"].as_str() {
        let target = root.pointer(pointer.trim_start_matches('#')).expect("a reference within the schema");
        alternatives(root, target, found);
    }
    for word in ["anyOf", "oneOf", "allOf"] {
        for one in schema[word].as_array().into_iter().flatten() {
            alternatives(root, one, found);
        }
    }
    found.push(schema);
}

fn walk(root: &Value, schema: &Value, value: &Value, at: String, places: &mut Vec<Place>) {
    let mut schemas = Vec::new();
    alternatives(root, schema, &mut schemas);
    let anything = schemas.iter().all(|schema| {
        let says = |word: &str| schema.get(word).is_some();
        !["type", "$ref", "anyOf", "oneOf", "allOf", "properties", "const", "enum"].into_iter().any(says)
    });
    match value {
        Value::String(_) => places.push(Place::Text(at)),
        Value::Array(items) => {
            assert!(!items.is_empty(), "the example has nothing in {at}");
            let own = schemas.iter().find_map(|schema| schema.get("items")).unwrap_or(&Value::Null);
            for (n, item) in items.iter().enumerate() {
                walk(root, own, item, format!("{at}/{n}"), places);
            }
        }
        Value::Object(members) => {
            let declared: Vec<_> =
                schemas.iter().filter_map(|schema| schema["properties"].as_object()).flatten().collect();
            for (name, _) in &declared {
                assert!(members.contains_key(*name), "the example says nothing of {at}/{name}");
            }
            let others = schemas
                .iter()
                .find_map(|schema| schema.get("additionalProperties").filter(|others| !others.is_boolean()));
            for (name, member) in members {
                let own = declared.iter().find(|(declared, _)| *declared == name).map(|(_, own)| *own);
                let inside = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                if own.is_none() && !anything {
                    places.push(Place::Name(inside.clone()));
                }
                walk(root, own.or(others).unwrap_or(&Value::Null), member, inside, places);
            }
        }
        Value::Null => panic!("the example has nothing at {at}"),
        Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Attempt {
    /// Judges what came of it.
    ///
    /// # Panics
    /// When it was neither kept byte for byte nor refused with its field and what was expected.
    pub fn judge(&self, became: &Became) {
        let shown = format!("{:?} at {}", self.text, self.place);
        match became {
            Became::Kept(_) if self.text == NUL => panic!("{shown} was taken"),
            Became::Kept(read) => {
                assert!(
                    read.iter().any(|value| holds(value, self.text)),
                    "{shown} is not read back: {read:?}"
                );
            }
            Became::Refused(problem) => self.judge_refusal(problem, &shown),
        }
    }

    fn judge_refusal(&self, problem: &Value, shown: &str) {
        let status = problem["code"].as_str().unwrap_or_default();
        let defects = ["internal", "unavailable", "outcome-unknown", ""];
        assert!(!defects.contains(&status), "{shown} is a defect: {problem}");
        let findings = problem["errors"].as_array().cloned().unwrap_or_default();
        let mut named = std::iter::once(problem).chain(&findings).filter(|one| self.is_named_by(one));
        let finding = named.next().unwrap_or_else(|| panic!("{shown} is not named by {problem}"));
        let expected = finding["expected"].as_str().unwrap_or_default();
        assert!(!expected.trim().is_empty(), "{shown}: what was expected is not said: {problem}");
        if self.text == NUL {
            assert_eq!(finding["field"], json!(self.place), "{shown}: {problem}");
        }
    }

    /// Whether a problem names the place: itself, what it belongs to, or something in it, but not just the whole body.
    fn is_named_by(&self, problem: &Value) -> bool {
        let field = problem["field"].as_str().unwrap_or_default();
        let within = |inner: &str, outer: &str| inner == outer || inner.starts_with(&format!("{outer}/"));
        !field.is_empty() && (within(&self.place, field) || within(field, &self.place))
    }
}

/// Whether a text stands somewhere in a value, exactly.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own == text,
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(members) => members.iter().any(|(name, member)| name == text || holds(member, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "name": { "type": ["string", "null"] },
                "inner": { "$ref": "#/$defs/Inner" },
                "facts": { "type": "object", "additionalProperties": { "type": "string" } },
                "count": { "type": "integer" },
                "free": true,
            },
            "$defs": { "Inner": { "type": "object", "properties": { "list": { "type": "array", "items": { "type": "string" } } } } },
        })
    }

    fn example() -> Value {
        json!({ "name": "n", "inner": { "list": ["x"] }, "facts": { "f": "v" }, "count": 1, "free": { "deep": "t" } })
    }

    #[test]
    fn every_text_and_every_name_of_a_map_is_tried() {
        let attempts = attempts(&schema(), &example());
        let mut places: Vec<_> =
            attempts.iter().filter(|one| one.text == "{{7*7}}").map(|one| one.place.as_str()).collect();
        places.sort_unstable();
        assert_eq!(places, ["/facts/f", "/facts/{{7*7}}", "/free/deep", "/inner/list/0", "/name"]);
        assert_eq!(attempts.len(), 5 * (TEXTS.len() + 1));
        for attempt in &attempts {
            assert!(holds(&attempt.body, attempt.text));
        }
    }

    #[test]
    #[should_panic(expected = "says nothing of /count")]
    fn an_example_that_forgets_a_field_is_noticed() {
        let mut example = example();
        example.as_object_mut().unwrap().remove("count");
        let _none = attempts(&schema(), &example);
    }

    #[test]
    fn only_what_is_kept_or_explained_passes() {
        let one = |text| Attempt { place: "/a/b".into(), text, body: Value::Null };
        let refused = |field: &str| {
            Became::Refused(json!({ "code": "invalid-field", "field": field, "expected": "a key" }))
        };
        one("%s%n").judge(&Became::Kept(vec![json!({ "x": ["%s%n"] })]));
        one("%s%n").judge(&refused("/a"));
        one(NUL).judge(&refused("/a/b"));
        for (text, became) in [
            (NUL, Became::Kept(vec![json!(NUL)])),
            ("%s%n", Became::Kept(vec![json!("%s%n ")])),
            ("%s%n", refused("")),
            ("%s%n", refused("/x")),
            ("%s%n", Became::Refused(json!({ "code": "internal", "field": "/a/b", "expected": "x" }))),
            (NUL, refused("/a")),
        ] {
            let judged = std::panic::catch_unwind(|| one(text).judge(&became));
            assert!(judged.is_err(), "{text:?} {became:?}");
        }
    }
}
