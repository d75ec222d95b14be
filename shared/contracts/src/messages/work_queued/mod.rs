//! `work.queued`: Nobody holds the work: it waits in the queue of its department. Said by routing.

mod v1;
mod v2;

pub use v2::{QueueCause, WorkQueued};

crate::messages::versions!(WorkQueued = "work.queued", current 2, 1 => v1::WorkQueued);
