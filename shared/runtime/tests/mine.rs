//! x
#![allow(clippy::unwrap_used)]
#[path = "it/run.rs"]
mod run;
#[path = "it/rehearsal.rs"]
mod rehearsal;
#[path = "it/process.rs"]
mod process;
#[path = "it/permissions.rs"]
mod permissions;
