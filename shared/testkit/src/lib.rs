//! For tests only: real servers, one for each test.
//!
//! * [`hostile`] — texts that break careless programs, for every text of an order.
//! * [`nats`] — a nats-server of its own for a test, to be killed, cut, emptied and restarted at will.
//! * [`proxy`] — a wire to a server that can be cut, held, slowed and mended.
//! * [`postgres()`] — an empty database of its own for a test, on a server shared by the tests of the process.

pub mod hostile;
pub mod nats;
mod postgres;
pub mod proxy;

pub use postgres::{TestDatabase, postgres};
