//! `round.opened`: A round over one version of a proposal, its steps frozen. Said by approval.

mod v1;

pub use v1::{ProposedIncentive, Purpose, RoundOpened, RoundStep};

crate::messages::versions!(RoundOpened = "round.opened", current 1);
