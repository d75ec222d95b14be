//! Starts a service: configuration, telemetry, health, the batched shell, shutdown groups.

pub mod clock;
pub mod config;
pub mod connect;
pub mod definition;
pub mod health;
pub mod housekeeping;
pub mod listen;
pub mod metrics;
pub mod permissions;
pub mod process;
pub mod reconcile;
pub mod recover;
pub mod rehearsal;
pub mod relay;
pub mod requests;
pub mod run;
pub mod sampler;
pub mod service;
pub mod shell;
pub mod shutdown;
mod submit_stream;
pub mod telemetry;
