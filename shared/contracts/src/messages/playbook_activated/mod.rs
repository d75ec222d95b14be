//! `playbook.activated`: New complaints in this scope follow this version. Said by routing, on the subject of the organisation.

mod v1;

pub use v1::{ActivationScope, PlaybookActivated};

crate::messages::versions!(PlaybookActivated = "playbook.activated", current 1);
