//! `clock.changed`: A running clock was paused, resumed, or got another due time. Said by routing.

mod v1;

pub use v1::{ClockChange, ClockChanged};

crate::messages::versions!(ClockChanged = "clock.changed", current 1);
