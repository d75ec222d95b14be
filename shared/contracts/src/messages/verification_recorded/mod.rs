//! `verification.recorded`: The complained-of department verified the complaint. Said by investigation.

mod v1;

pub use v1::VerificationRecorded;

crate::messages::versions!(VerificationRecorded = "verification.recorded", current 1);
