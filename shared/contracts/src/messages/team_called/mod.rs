//! `team.called`: A team was put together for a case. Said by routing.

mod v1;

pub use v1::{TeamCalled, TeamPlace};

crate::messages::versions!(TeamCalled = "team.called", current 1);
