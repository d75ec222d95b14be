//! The services' cores in memory, seeded, with a virtual clock.
//!
//! * [`faults`] — what can go wrong with which input, and a ledger of what did.
//! * [`host`] — one service: the shell's rules with maps for tables, as two replicas.
//! * [`scenario`] — scenario files: their words, and how they are played.
//! * [`stack`] — all of them, joined by a bus that can be told to reorder, duplicate, lose and crash.

pub mod faults;
pub mod host;
pub mod scenario;
pub mod stack;

pub use faults::{Fault, Faults, Ledger};
pub use host::{Host, Node};
pub use stack::Stack;
