//! `calendar.applied`: The clocks of open cases that run on an earlier version of a calendar are moved to this one
//! . Said by routing, on the subject of the organisation; each case then says how its clocks moved.

mod v1;

pub use v1::CalendarApplied;

crate::messages::versions!(CalendarApplied = "calendar.applied", current 1);
