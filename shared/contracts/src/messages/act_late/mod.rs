//! `act.late`: An act came after its visit was left or reassigned: recorded, nothing moved. Said by the service that got it.

mod v1;

pub use v1::ActLate;

crate::messages::versions!(ActLate = "act.late", current 1);
