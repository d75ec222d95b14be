//! `stage.changed`: A visit was reassigned: another department, a new epoch. Said by routing.

mod v1;

pub use v1::StageChanged;

crate::messages::versions!(StageChanged = "stage.changed", current 1);
