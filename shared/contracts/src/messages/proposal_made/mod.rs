//! `proposal.made`: An immutable version of a remedy proposal. Said by investigation.

mod v1;

pub use v1::{Declined, LiabilityShare, ProposalMade, Remedy};

crate::messages::versions!(ProposalMade = "proposal.made", current 1);
