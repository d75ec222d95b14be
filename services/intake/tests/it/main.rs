//! Intake as a whole: its pure core against a world in memory, its mappings, and its store against real servers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod channels;
mod clarifying;
mod erasing;
mod feeding;
mod files;
mod hostile;
mod knowing;
mod mappings;
mod privileged;
mod reading;
mod refusing;
mod registering;
mod serving;
mod settling;
mod world;
