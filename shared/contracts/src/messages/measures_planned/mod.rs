//! `measures.planned`: What will be done so that it does not happen again, by whom and until when. Said by investigation.

mod v1;

pub use v1::{MeasureKind, MeasuresPlanned, Planned};

crate::messages::versions!(MeasuresPlanned = "measures.planned", current 1);
