//! `remedy.executed`: A remedy was carried out. Said by investigation.

mod v1;

pub use v1::RemedyExecuted;

crate::messages::versions!(RemedyExecuted = "remedy.executed", current 1);
