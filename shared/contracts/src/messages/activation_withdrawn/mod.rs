//! `activation.withdrawn`: A version that was to come into force does not. Said by routing, on the subject of the
//! organisation.

mod v1;

pub use v1::ActivationWithdrawn;

crate::messages::versions!(ActivationWithdrawn = "activation.withdrawn", current 1);
