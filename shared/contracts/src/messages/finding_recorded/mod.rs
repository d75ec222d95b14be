//! `finding.recorded`: A finding was added. Said by investigation.

mod v1;

pub use v1::FindingRecorded;

crate::messages::versions!(FindingRecorded = "finding.recorded", current 1);
