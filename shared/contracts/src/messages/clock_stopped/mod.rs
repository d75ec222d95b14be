//! `clock.stopped`: A clock ended: met, or no longer needed. Said by routing.

mod v1;

pub use v1::ClockStopped;

crate::messages::versions!(ClockStopped = "clock.stopped", current 1);
