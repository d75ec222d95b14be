//! Scenarios on the simulator.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod at_once;
mod faults;
mod histories;
mod mistakes;
mod properties;
mod scenarios;
mod written;
