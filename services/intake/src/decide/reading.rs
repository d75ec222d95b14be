//! Reading a body so that *every* finding comes back at once, not only the first that serde meets.

use contracts::commands::Command;
use contracts::{Problem, ProblemCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The members of a body: those that must be there, with a value that is right (as JSON), and the others.
pub(crate) struct Shape {
    pub(crate) required: &'static [(&'static str, &'static str)],
    pub(crate) optional: &'static [&'static str],
}

impl Shape {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().map(|(name, _)| *name).chain(self.optional.iter().copied())
    }
}

/// Reads the body as `T`. When it is not one, each member is tried alone, so that all that is wrong is said.
///
/// # Errors
/// One problem that lists every finding.
pub(crate) fn read<T: DeserializeOwned>(command: &Command, shape: &Shape) -> Result<T, Problem> {
    let whole = match command.read::<T>() {
        Ok(body) => return Ok(body),
        Err(problem) => problem,
    };
    let Value::Object(members) = &command.body else {
        return Err(Problem::new(ProblemCode::MalformedJson, "the body is not a JSON object")
            .at("")
            .expected("a JSON object"));
    };
    Err(Problem::all(findings::<T>(members, shape)).unwrap_or(whole))
}

fn findings<T: DeserializeOwned>(members: &Map<String, Value>, shape: &Shape) -> Vec<Problem> {
    let known = |name: &str| shape.names().any(|one| one == name);
    let mut findings = Vec::new();
    for (name, value) in members {
        if known(name) {
            findings.extend(alone::<T>(name, value, shape));
        } else {
            let shown: String = name.chars().take(64).collect();
            findings.push(
                Problem::new(ProblemCode::UnknownField, format!("there is no field “{shown}”"))
                    .at(format!("/{}", pointer(&shown)))
                    .expected(format!("one of {}", shape.names().collect::<Vec<_>>().join(", "))),
            );
        }
    }
    for (name, _) in shape.required {
        if !members.contains_key(*name) {
            findings.push(missing(&format!("/{name}")));
        }
    }
    findings
}

/// What is wrong with one member, the others being right.
fn alone<T: DeserializeOwned>(name: &str, value: &Value, shape: &Shape) -> Option<Problem> {
    let mut body: Map<String, Value> =
        shape.required.iter().map(|(name, right)| ((*name).to_owned(), right_value(right))).collect();
    body.insert(name.to_owned(), value.clone());
    Problem::read::<T>(Value::Object(body)).err()
}

fn right_value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or(Value::Null)
}

/// A member name as part of a JSON pointer.
fn pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A field that is not there.
pub(crate) fn missing(field: &str) -> Problem {
    Problem::new(ProblemCode::MissingField, "the field is missing").at(field).expected("a value")
}

/// A field whose value is not one of a list.
pub(crate) fn not_listed<'a>(field: &str, given: &str, allowed: impl Iterator<Item = &'a str>) -> Problem {
    let allowed: Vec<_> = allowed.collect();
    let given: String = given.chars().take(64).collect();
    Problem::new(ProblemCode::InvalidField, format!("“{given}” is not one that the playbook lists"))
        .at(field)
        .expected(format!("one of {}", allowed.join(", ")))
}
