//! `round.closed`: A round ended. Said by approval.

mod v1;

pub use v1::{RoundClosed, Voided};

crate::messages::versions!(RoundClosed = "round.closed", current 1);
