//! `decision.recorded`: Somebody decided at a step of a round; unalterable. Said by approval.

mod v1;

pub use v1::{Amended, Decided, DecisionRecorded};

crate::messages::versions!(DecisionRecorded = "decision.recorded", current 1);
