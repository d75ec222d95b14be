//! `person.erased`: A complainant is to be forgotten: each service shreds its words for these complaints. Said by intake.

mod v1;

pub use v1::PersonErased;

crate::messages::versions!(PersonErased = "person.erased", current 1);
