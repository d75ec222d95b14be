//! The queries of services that have no names for them in the contracts.

use contracts::ServiceName;

/// Investigation, approval, notification: their view of a case; body `{complaint}`.
pub const CASE: &str = "case";
/// The services that have a view of a case beside intake's record.
pub const CASE_SERVICES: [ServiceName; 4] =
    [ServiceName::Routing, ServiceName::Investigation, ServiceName::Approval, ServiceName::Notification];

/// Analytics: the ledger by cursor.
pub const LEDGER: &str = "ledger";
/// Analytics: counts.
pub const COUNTS: &str = "counts";
/// Analytics: how long stages took.
pub const STAGE_TIMES: &str = "stage_times";
/// Analytics: clocks that ran out.
pub const BREACHES: &str = "breaches";

/// Notification: messages by page.
pub const OUTBOX: &str = "outbox";
/// Notification: a playbook's templates and their faults.
pub const TEMPLATES: &str = "templates";
