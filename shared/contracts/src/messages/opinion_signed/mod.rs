//! `opinion.signed`: A participant of a meeting signed its opinion or refused to; unalterable. Said by approval.

mod v1;

pub use v1::{OpinionSigned, Signature};

crate::messages::versions!(OpinionSigned = "opinion.signed", current 1);
