//! The JSON Schema of a playbook, for editors and for the shape check.

use std::sync::LazyLock;

use schemars::Schema;
use serde_json::Value;

use crate::model::Playbook;

/// The schema. The file beside the playbooks is this, pretty-printed.
#[must_use]
pub fn schema() -> Schema {
    let mut schema = schemars::schema_for!(Playbook);
    schema.insert("title".to_owned(), "Redress playbook".into());
    schema
}

/// The schema as a tree, made once.
pub(crate) fn schema_tree() -> &'static Value {
    static TREE: LazyLock<Value> = LazyLock::new(|| schema().to_value());
    &TREE
}
