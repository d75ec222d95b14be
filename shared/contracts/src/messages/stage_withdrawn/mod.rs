//! `stage.withdrawn`: A visit was revoked before it was completed. Said by routing.

mod v1;

pub use v1::StageWithdrawn;

crate::messages::versions!(StageWithdrawn = "stage.withdrawn", current 1);
