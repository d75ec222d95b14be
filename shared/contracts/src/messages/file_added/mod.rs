//! `file.added`: A file was added to a complaint. Said by intake.

mod v1;

pub use v1::FileAdded;

crate::messages::versions!(FileAdded = "file.added", current 1);
