//! The procedure of an organisation as data: its model, its JSON Schema, its checks and its evaluation.

mod limit;
pub mod model;
mod words;

pub use model::*;
pub use words::{Cel, Key, LoopKey, RowKey, RungKey, Yuan};
