//! `ruling.withdrawn`: A question about the case needs no answer any more. Said by routing.

mod v1;

pub use v1::RulingWithdrawn;

crate::messages::versions!(RulingWithdrawn = "ruling.withdrawn", current 1);
