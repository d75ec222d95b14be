//! `review.recorded`: Somebody examined a proposal before it is decided on; unalterable. Said by approval.

mod v1;

pub use v1::{ReviewRecorded, Verdict};

crate::messages::versions!(ReviewRecorded = "review.recorded", current 1);
