//! The HTTP edge: sign in, parse, command out, answer in. No rule about complaints lives here.

pub mod auth;
pub mod config;
pub mod randomness;
pub mod store;
