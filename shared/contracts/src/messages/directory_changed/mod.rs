//! `directory.changed`: Departments and people were added or changed. Said by routing, on the subject of the directory.

mod v1;

pub use v1::{Absence, Department, DirectoryChanged, Person, RosterDay, Shift, Weekday};

crate::messages::versions!(DirectoryChanged = "directory.changed", current 1);
