//! `fact.recorded`: Something relevant became true. Said by any service.

mod v1;

pub use v1::FactRecorded;

crate::messages::versions!(FactRecorded = "fact.recorded", current 1);
