//! `clock.missed`: A clock ran out. Said by routing.

mod v1;

pub use v1::ClockMissed;

crate::messages::versions!(ClockMissed = "clock.missed", current 1);
