//! `handover.written`: What is unfinished at the end of a shift was written down for the next one. Said by routing.

mod v1;

pub use v1::{HandedOver, HandoverWritten};

crate::messages::versions!(HandoverWritten = "handover.written", current 1);
