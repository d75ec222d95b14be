//! `calendar.published`: A version of a working calendar exists. Said by routing, on the subject of the organisation.

mod v1;

pub use v1::CalendarPublished;

crate::messages::versions!(CalendarPublished = "calendar.published", current 1);
