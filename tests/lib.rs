//! Tests of the whole product: its shape ([`workspace`](../workspace/main.rs)), its behaviour under faults, a day of it
//! ([`journeys`](../journeys/main.rs)), and what programs of others make of it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The program `redress`: cargo puts it beside the tests' folder.
///
/// # Errors
/// When it was not built.
pub fn program() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let program = own.parent().and_then(Path::parent).context("the test has no folder")?.join("redress");
    anyhow::ensure!(
        program.exists(),
        "{} is not there: `cargo build --bin redress` makes it, and deploy/test does so first",
        program.display()
    );
    Ok(program)
}
