//! The playbooks that are shipped, a rich one, a broken one, and the committed schema.

mod broken;
mod rich;
mod schema;
mod shipped;

use std::path::PathBuf;

use playbook::Finding;

/// A file of the repository.
fn file(path: &str) -> String {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Findings one a line, as `redress playbook check` prints them.
fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}
