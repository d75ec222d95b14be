//! `opinion.recorded`: A meeting was held, and whoever convened it wrote down its opinion. Said by approval.

mod v1;

pub use v1::OpinionRecorded;

crate::messages::versions!(OpinionRecorded = "opinion.recorded", current 1);
