//! `work.requested`: A piece of human work needs a person. Said by a service, answered by routing.

mod v1;

pub use v1::WorkRequested;

crate::messages::versions!(WorkRequested = "work.requested", current 1);
