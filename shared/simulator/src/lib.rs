//! The services' cores in memory, seeded, with a virtual clock.
//!
//! * [`host`] — one service: the shell's rules with maps for tables.
//! * [`stack`] — all of them, joined by a bus that can be told to reorder, duplicate, lose and crash.

pub mod host;
pub mod stack;

pub use host::{Host, Node};
pub use stack::{Faults, Stack};
