//! The queries that several services answer by the same name, and those of the read side.

use contracts::ServiceName;

/// Investigation, approval, notification: their view of a case; body `{complaint}`.
pub const CASE: &str = "case";
/// The services that have a view of a case beside intake's record.
pub const CASE_SERVICES: [ServiceName; 4] =
    [ServiceName::Routing, ServiceName::Investigation, ServiceName::Approval, ServiceName::Notification];

pub use contracts::queries::analytics::{
    BREACHES, COUNTS, LEDGER, LEDGER_ENTRIES, OVERVIEW, PRECEDENTS, REPORT, REPORTS, STAGE_TIMES,
};
pub use contracts::queries::notification::{OUTBOX, TEMPLATES, WORDING};
