//! `playbook.published`: A version of a playbook exists. Said by routing, on the subject of the playbook.

mod v1;

pub use v1::PlaybookPublished;

crate::messages::versions!(PlaybookPublished = "playbook.published", current 1);
