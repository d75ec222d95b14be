//! `audit.recorded`: Somebody audited a whole handled case; unalterable. Said by approval.

mod v1;

pub use v1::{AuditRecorded, AuditVerdict};

crate::messages::versions!(AuditRecorded = "audit.recorded", current 1);
