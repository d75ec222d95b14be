//! `measure.done`: A measure was carried out, with its result. Said by investigation.

mod v1;

pub use v1::MeasureDone;

crate::messages::versions!(MeasureDone = "measure.done", current 1);
