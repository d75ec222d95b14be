//! The PostgreSQL side of messaging: heads, journal, outbox, held and parked messages, timers, commands, entries, words.
//!
//! ```text
//!   shell ──▶ head (lock) ─▶ entry (lock) ─▶ journal + outbox, timer, word, command, held, parked ──▶ commit
//!   relay ──▶ outbox (next, mark published, republish what the stream lost, purge)
//!   recovery ─▶ recover (heads page, journal page), verify, place
//! ```
//!
//! The rules kept here: every key begins with the organisation; the journal is append-only and holds the exact bytes
//! that are published; many rows are written by one statement; one statement a function. What the rows mean is decided
//! in the shell (`runtime::shell`), never here. Locks are taken in one order: heads (skipping locked ones), new heads,
//! entries, commands; a transaction that keeps to it never meets another in a deadlock.

mod columns;
pub mod command;
pub mod entry;
mod gauges;
pub mod head;
pub mod held;
mod leader;
mod migrate;
pub mod outbox;
pub mod parked;
pub mod place;
pub mod record;
pub mod recover;
pub mod timer;
mod trouble;
mod verify;
pub mod word;

pub use gauges::{Gauges, gauges};
pub use head::{Cursor, Cursors, Hash, Head};
pub use leader::Leader;
pub use migrate::{MigrateError, Migrator, migrate};
pub use trouble::Trouble;
pub use verify::{BrokenChain, ChainFault, VerifyError, verify_subject};

/// Published headers in their order, as name and value.
pub type Headers = Vec<(String, String)>;
