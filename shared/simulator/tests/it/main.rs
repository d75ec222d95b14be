//! Scenarios on the simulator.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod mistakes;
mod scenarios;
