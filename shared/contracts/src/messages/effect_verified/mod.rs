//! `effect.verified`: Whether the measures of a plan worked. Said by investigation.

mod v1;

pub use v1::{EffectVerified, Standardised};

crate::messages::versions!(EffectVerified = "effect.verified", current 1);
