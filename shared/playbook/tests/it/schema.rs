//! The schema beside the playbooks is the one of this crate.

use crate::file;

const PATH: &str = "../../deploy/playbooks/playbook.schema.json";

#[test]
fn the_committed_schema_is_current() {
    let mut current = serde_json::to_string_pretty(&playbook::schema()).unwrap();
    current.push('\n');
    if std::env::var_os("REDRESS_WRITE_SCHEMA").is_some() {
        std::fs::write(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(PATH), &current).unwrap();
    }
    let hint = "run REDRESS_WRITE_SCHEMA=1 cargo nextest run -p playbook the_committed_schema_is_current";
    assert!(file(PATH) == current, "{PATH} is stale; {hint}");
}
