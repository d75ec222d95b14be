//! Starts a service: configuration, telemetry, health, the batched shell, shutdown groups.

pub mod service;
