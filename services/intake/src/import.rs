//! Bulk import: rows of a file become `complaint.register` orders. Library functions; `redress import` is the hand that
//! sends them.
//!
//! ```text
//! CSV or NDJSON ─ row ─▶ mapping (YAML: column → field) ─▶ RegisterComplaint + key, or every error of that row with its line
//! ```
//!
//! Keys are deterministic (source and reference), so an import that was cut off is simply run again. A row is
//! never mended silently: what a mapping does not say how to read is an error of that row, and the other rows go on.

mod convert;
mod mapping;
mod reading;

use contracts::CommandId;
use contracts::commands::intake::RegisterComplaint;
use contracts::messages::complaint_registered::ExternalRef;
use sha2::{Digest as _, Sha256};

pub use mapping::{Fields, Mapping, MappingError, Source};
pub use reading::{CsvRows, NdjsonRows, csv, ndjson};

/// One row, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The line of the file where the row begins, from 1.
    pub line: u64,
    /// The idempotency key.
    pub key: CommandId,
    /// The order.
    pub complaint: RegisterComplaint,
}

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {field}: {reason}")]
pub struct RowError {
    /// The line of the file where the row begins, from 1.
    pub line: u64,
    /// The field of the complaint, or the part of the row.
    pub field: String,
    /// What is wrong.
    pub reason: String,
}

impl RowError {
    fn new(line: u64, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { line, field: field.into(), reason: reason.into() }
    }
}

/// A row read: an order, or all that is wrong with it.
pub type Row = Result<Submission, Vec<RowError>>;

/// The key under which a reference is registered: the same reference, the same key.
#[must_use]
pub fn key_for(external: &ExternalRef) -> CommandId {
    let plain = format!("import:{}:{}", external.source, external.reference);
    CommandId::new(plain.as_str()).unwrap_or_else(|_| {
        let hash = hex::encode(&Sha256::digest(plain.as_bytes())[..16]);
        CommandId::new(format!("import:{hash}")).expect("hexadecimal digits are visible ASCII")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_readable_where_they_can_be() {
        let external = |reference: &str| ExternalRef { source: "cfpb".into(), reference: reference.into() };
        assert_eq!(key_for(&external("2430")).as_str(), "import:cfpb:2430");
        assert!(key_for(&external("编号 7")).as_str().starts_with("import:"));
        assert_ne!(key_for(&external("编号 7")), key_for(&external("编号 8")));
        assert_eq!(key_for(&external(&"9".repeat(200))), key_for(&external(&"9".repeat(200))));
    }
}
