//! `work.assigned`: Here is who does it. Said by routing.

mod v1;

pub use v1::{Because, WorkAssigned};

crate::messages::versions!(WorkAssigned = "work.assigned", current 1);
