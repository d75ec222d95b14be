//! `handover.acknowledged`: Somebody of the next shift has taken note of a handover. Said by routing.

mod v1;

pub use v1::HandoverAcknowledged;

crate::messages::versions!(HandoverAcknowledged = "handover.acknowledged", current 1);
