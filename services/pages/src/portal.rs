//! The customer's pages, phone-sized first: they need no explaining and reveal nothing without number and code.

pub mod guided;
pub mod guided_fields;
pub mod home;
pub mod progress;
pub mod receipt;
pub mod submit;
