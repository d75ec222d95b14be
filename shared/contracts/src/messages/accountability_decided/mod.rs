//! `accountability.decided`: What somebody is held to account for, or that nobody is; a record, never a payment. Said by approval.

mod v1;

pub use v1::{AccountabilityDecided, Accounted};

crate::messages::versions!(AccountabilityDecided = "accountability.decided", current 1);
