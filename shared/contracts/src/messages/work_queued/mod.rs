//! `work.queued`: Nobody holds the work: it waits in the queue of its department. Said by routing.

mod v1;

pub use v1::WorkQueued;

crate::messages::versions!(WorkQueued = "work.queued", current 1);
