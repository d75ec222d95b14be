//! For tests only: real servers, one for each test.
//!
//! * [`nats`] — a nats-server of its own for a test, to be killed, cut, emptied and restarted at will.

pub mod nats;
