//! Integration tests of the calendar crate, in one binary.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic, as tests do")]

mod files;
mod properties;
