//! The batched shell with a toy service on a real PostgreSQL.

mod bench;
mod commands;
mod crashes;
mod hearing;
mod lines;
mod parking;
mod replicas;
mod splitting;
mod timers;
mod toy;
