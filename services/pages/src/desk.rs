//! The front desk and the call centre: taking a complaint in, and what to tell the customer then.

pub mod board;
pub mod caller;
pub mod guide;
pub mod handovers;
pub mod receipt;
pub mod register;
