//! `case.changed`: The case follows another version of its playbook: an administrator applied it. Visits that
//! are open go on as they were entered; the way on, clocks and the ladder are those of the new version. Said by
//! routing.

mod v1;

pub use v1::CaseChanged;

crate::messages::versions!(CaseChanged = "case.changed", current 1);
