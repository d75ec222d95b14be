//! `stage.completed`: A visit ended with this outcome. Said by the service that owns the stage kind.

mod v1;

pub use v1::StageCompleted;

crate::messages::versions!(StageCompleted = "stage.completed", current 1);
