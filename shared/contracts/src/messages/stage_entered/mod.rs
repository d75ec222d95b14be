//! `stage.entered`: A visit to a stage begins. Said by routing; the service that owns the stage kind acts on it.

mod v1;

pub use v1::{Place, StageEntered, StageResult};

crate::messages::versions!(StageEntered = "stage.entered", current 1);
