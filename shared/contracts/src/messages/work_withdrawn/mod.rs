//! `work.withdrawn`: A piece of work is no longer to be done. Said by the service that asked for it, or by routing.

mod v1;

pub use v1::WorkWithdrawn;

crate::messages::versions!(WorkWithdrawn = "work.withdrawn", current 1);
