//! `clock.changed`: A running clock was paused, resumed, extended, or got another due time. Said by routing.

mod v1;
mod v2;

pub use v2::{ClockChange, ClockChanged};

crate::messages::versions!(ClockChanged = "clock.changed", current 2, 1 => v1::ClockChanged);
