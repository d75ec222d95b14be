//! `parked.settled`: A parked message was replayed or dropped by a person. Said by the service that parked it.

mod v1;

pub use v1::{ParkedOutcome, ParkedSettled};

crate::messages::versions!(ParkedSettled = "parked.settled", current 1);
