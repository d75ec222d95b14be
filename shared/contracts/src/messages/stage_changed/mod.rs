//! `stage.changed`: A visit was reassigned: another department, a new epoch. Said by routing.

mod v1;
mod v2;

pub use v2::StageChanged;

crate::messages::versions!(StageChanged = "stage.changed", current 2, 1 => v1::StageChanged);
