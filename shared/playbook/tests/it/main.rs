//! The playbooks that are shipped, a rich one, a broken one, and the committed schema.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod accountability;
mod broken;
mod callbacks;
mod changing;
mod forms;
mod ledgers;
mod packs;
mod privacy;
mod records;
mod requires;
mod rich;
mod schema;
mod shipped;
mod standards;
mod telling;
mod variants;
mod written;

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
