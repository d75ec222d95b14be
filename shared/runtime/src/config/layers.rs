//! Defaults, file and environment laid over one another, and held against the defaults' shape.
//!
//! The defaults name every key, so their shape says what a key's value must be: a text, a whole number, a number,
//! yes or no, a list, a table. Values of the environment are always text and are read as what the default is; a
//! password of digits stays a text that way. An empty table among the defaults takes any keys.

use std::collections::HashMap;
use std::path::Path;

use config::{Config, Environment, File, FileFormat};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::finding::{ConfigErrors, Finding};

/// Reads documented defaults.
pub(super) fn defaults(toml: &str) -> Result<Map<String, Value>, ConfigErrors> {
    Ok(Config::builder().add_source(File::from_str(toml, FileFormat::Toml)).build()?.try_deserialize()?)
}

/// What the file and the environment say, unread. Without `environment`, that of the process is taken.
pub(super) fn said(
    file: Option<&Path>,
    environment: Option<HashMap<String, String>>,
) -> Result<Map<String, Value>, ConfigErrors> {
    let mut builder = Config::builder();
    if let Some(path) = file {
        let source = File::from(path).format(FileFormat::Toml);
        let alone = Config::builder().add_source(source.clone()).build();
        alone.map_err(|error| ConfigErrors::File { path: path.to_owned(), source: error })?;
        builder = builder.add_source(source);
    }
    let environment = Environment::with_prefix("REDRESS").separator("__").source(environment);
    Ok(builder.add_source(environment).build()?.try_deserialize()?)
}

/// Lays `over` onto `base`; what does not fit the shape of `base` is noted and left out.
pub(super) fn lay(
    base: &mut Map<String, Value>,
    over: &Map<String, Value>,
    at: &str,
    out: &mut Vec<Finding>,
) {
    let open = base.is_empty();
    for (key, value) in over {
        let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        match base.get_mut(key) {
            Some(Value::Object(inner)) => match value {
                Value::Object(value) => lay(inner, value, &path, out),
                other => out.push(misfit(path, other, "a table")),
            },
            Some(present) => match fitted(present, value) {
                Ok(fitting) => *present = fitting,
                Err(expected) => out.push(misfit(path, value, expected)),
            },
            None if open => {
                base.insert(key.clone(), value.clone());
            }
            None => {
                let known: Vec<_> = base.keys().map(String::as_str).collect();
                let expected = format!("one of {}", known.join(", "));
                out.push(Finding { path, found: "an unknown key".into(), expected });
            }
        }
    }
}

/// `value` as the kind of thing that `default` is, or what would have been right.
fn fitted(default: &Value, value: &Value) -> Result<Value, &'static str> {
    match (default, value) {
        (Value::String(_), Value::Number(number)) => Ok(Value::String(number.to_string())),
        (Value::Number(default), Value::Number(number)) if default.is_f64() || !number.is_f64() => {
            Ok(Value::Number(number.clone()))
        }
        (Value::Number(default), Value::String(text)) if default.is_f64() => {
            text.trim().parse::<f64>().map(Value::from).map_err(|_| "a number")
        }
        (Value::Number(_), Value::String(text)) => {
            text.trim().parse::<i64>().map(Value::from).map_err(|_| "a whole number")
        }
        (Value::Bool(_), Value::String(text)) => {
            text.trim().parse::<bool>().map(Value::from).map_err(|_| "true or false")
        }
        (Value::Array(_), Value::String(text)) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Value::Array(items.map(Value::from).collect()))
        }
        (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Array(_), Value::Array(_)) => Ok(value.clone()),
        (Value::String(_), _) => Err("a text"),
        (Value::Number(default), _) if default.is_f64() => Err("a number"),
        (Value::Number(_), _) => Err("a whole number"),
        (Value::Bool(_), _) => Err("true or false"),
        (Value::Array(_), _) => Err("a list"),
        (Value::Null | Value::Object(_), _) => Err("nothing"),
    }
}

/// Reads a section. A value that its type refuses is noted and replaced by the default, so that all are found.
///
/// `defaults` must be readable themselves. `shown` is the section's path.
pub(super) fn read<T: DeserializeOwned>(
    defaults: &Map<String, Value>,
    mut section: Map<String, Value>,
    shown: &str,
    out: &mut Vec<Finding>,
) -> Result<T, serde_json::Error> {
    let mut leaves = Vec::new();
    differing(defaults, &section, &mut Vec::new(), &mut leaves);
    for path in leaves {
        let Some(value) = at(&section, &path).cloned() else { continue };
        let mut probe = defaults.clone();
        put(&mut probe, &path, value.clone());
        if let Err(error) = serde_json::from_value::<T>(Value::Object(probe)) {
            let dotted = path.join(".");
            let shown = if shown.is_empty() { dotted } else { format!("{shown}.{dotted}") };
            out.push(misfit(shown, &value, &error.to_string()));
            match at(defaults, &path).cloned() {
                Some(default) => put(&mut section, &path, default),
                None => remove(&mut section, &path),
            }
        }
    }
    serde_json::from_value(Value::Object(section))
}

fn differing(
    defaults: &Map<String, Value>,
    section: &Map<String, Value>,
    path: &mut Vec<String>,
    out: &mut Vec<Vec<String>>,
) {
    for (key, value) in section {
        path.push(key.clone());
        match (defaults.get(key), value) {
            (Some(Value::Object(default)), Value::Object(value)) => differing(default, value, path, out),
            (Some(default), value) if default == value => {}
            _ => out.push(path.clone()),
        }
        path.pop();
    }
}

fn at<'a>(tree: &'a Map<String, Value>, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let value = tree.get(first)?;
    if rest.is_empty() { Some(value) } else { at(value.as_object()?, rest) }
}

fn put(tree: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [last] => {
            tree.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let inner = tree.entry(first.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

fn remove(tree: &mut Map<String, Value>, path: &[String]) {
    match path {
        [] => {}
        [last] => {
            tree.remove(last);
        }
        [first, rest @ ..] => {
            if let Some(Value::Object(inner)) = tree.get_mut(first) {
                remove(inner, rest);
            }
        }
    }
}

fn misfit(path: String, value: &Value, expected: &str) -> Finding {
    let found = if is_secret(&path) { "a value that is not shown".to_owned() } else { value.to_string() };
    // A type's own message quotes what it was given.
    let expected = if is_secret(&path) && expected.contains('"') { "another text" } else { expected };
    Finding { path, found, expected: expected.to_owned() }
}

/// Whether the value at `path` must not be shown: by the last words of secret keys, and everything of the vault.
pub(super) fn is_secret(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    path.split('.').any(|word| word == "vault")
        || ["url", "password", "secret", "key", "token", "pepper"].iter().any(|word| last.ends_with(word))
}
