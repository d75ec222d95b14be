//! `complaint.registered`: A complaint is on record, numbered, acknowledged. Said by intake.

mod v1;

pub use v1::{ComplaintRegistered, ExternalRef, PlaybookRef};

crate::messages::versions!(ComplaintRegistered = "complaint.registered", current 1);
