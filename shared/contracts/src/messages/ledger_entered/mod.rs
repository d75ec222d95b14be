//! `ledger.entered`: A case went into a ledger. Said by routing.

mod v1;

pub use v1::{LedgerColumn, LedgerEntered};

crate::messages::versions!(LedgerEntered = "ledger.entered", current 1);
