//! `ledger.settled`: A matter of a ledger is pending no longer. Said by routing.

mod v1;

pub use v1::LedgerSettled;

crate::messages::versions!(LedgerSettled = "ledger.settled", current 1);
