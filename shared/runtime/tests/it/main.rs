//! The runtime against real servers. Nothing is skipped: without them these tests fail.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod collector;
mod keeping;
mod messaging;
mod observed;
mod permissions;
mod process;
mod rehearsal;
mod run;
mod scraped;
mod shell;
