//! `claim.clarified`: What the complaint is about was restated, or something missing was supplied. Said by intake.

mod v1;

pub use v1::ClaimClarified;

crate::messages::versions!(ClaimClarified = "claim.clarified", current 1);
