//! `clock.started`: A business clock runs. Said by routing.

mod v1;

pub use v1::{CalendarRef, ClockStarted};

crate::messages::versions!(ClockStarted = "clock.started", current 1);
