//! `ruling.given`: A question about the case was decided, once. Said by routing.

mod v1;

pub use v1::{RulingAnswer, RulingGiven};

crate::messages::versions!(RulingGiven = "ruling.given", current 1);
