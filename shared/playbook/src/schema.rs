//! The JSON Schemas of a playbook and of a rule pack, for editors and for the shape check.

use std::sync::LazyLock;

use schemars::Schema;
use serde_json::Value;

use crate::model::Playbook;
use crate::pack::RulePack;

/// The schema. The file beside the playbooks is this, pretty-printed.
#[must_use]
pub fn schema() -> Schema {
    let mut schema = schemars::schema_for!(Playbook);
    schema.insert("title".to_owned(), "Redress playbook".into());
    schema
}

/// The schema of a rule pack.
#[must_use]
pub fn pack_schema() -> Schema {
    let mut schema = schemars::schema_for!(RulePack);
    schema.insert("title".to_owned(), "Redress rule pack".into());
    schema
}

/// The schema of a rule pack as a tree, made once.
pub(crate) fn pack_schema_tree() -> &'static Value {
    static TREE: LazyLock<Value> = LazyLock::new(|| pack_schema().to_value());
    &TREE
}

/// The schema as a tree, made once.
pub(crate) fn schema_tree() -> &'static Value {
    static TREE: LazyLock<Value> = LazyLock::new(|| schema().to_value());
    &TREE
}
