//! The pages as a whole: no view has a text of its own, no word is left over, and what people typed is never markup.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod texts;
mod views;
