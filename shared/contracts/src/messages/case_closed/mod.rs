//! `case.closed`: The case is archived. Said by routing.

mod v1;

pub use v1::CaseClosed;

crate::messages::versions!(CaseClosed = "case.closed", current 1);
