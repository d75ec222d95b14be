//! `playbook.applied`: Open cases that follow an earlier version of a playbook follow this one from now on, where
//! their stages are in it. Said by routing, on the subject of the organisation; each case then says that it
//! changed.

mod v1;

pub use v1::PlaybookApplied;

crate::messages::versions!(PlaybookApplied = "playbook.applied", current 1);
