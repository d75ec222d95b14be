//! `case.escalated`: A rung of the ladder was climbed. Said by routing.

mod v1;

pub use v1::{CaseEscalated, EscalationAction, ReportTold};

crate::messages::versions!(CaseEscalated = "case.escalated", current 1);
