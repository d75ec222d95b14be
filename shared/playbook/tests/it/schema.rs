//! The schemas beside the playbooks are those of this crate.

use crate::file;

fn is_current(path: &str, schema: &impl serde::Serialize) {
    let mut current = serde_json::to_string_pretty(schema).unwrap();
    current.push('\n');
    if std::env::var_os("REDRESS_WRITE_SCHEMA").is_some() {
        std::fs::write(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path), &current).unwrap();
    }
    let hint = "run REDRESS_WRITE_SCHEMA=1 cargo nextest run -p playbook committed_schema";
    assert!(file(path) == current, "{path} is stale; {hint}");
}

#[test]
fn the_committed_schema_is_current() {
    is_current("../../deploy/playbooks/playbook.schema.json", &playbook::schema());
}

#[test]
fn the_committed_schema_of_rule_packs_is_current() {
    is_current("../../deploy/playbooks/rule-pack.schema.json", &playbook::pack_schema());
}
