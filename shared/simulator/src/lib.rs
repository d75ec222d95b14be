//! The services' cores in memory, seeded, with a virtual clock.
//!
//! * [`host`] — one service: the shell's rules with maps for tables.
//! * [`scenario`] — scenario files: their words, and how they are played.
//! * [`stack`] — all of them, joined by a bus that can be told to reorder, duplicate, lose and crash.

pub mod host;
pub mod scenario;
pub mod stack;

pub use host::{Host, Node};
pub use stack::{Faults, Stack};
