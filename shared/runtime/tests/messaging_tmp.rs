#[path = "it/messaging/mod.rs"]
mod messaging;
