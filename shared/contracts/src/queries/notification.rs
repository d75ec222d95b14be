//! What notification is asked, by staff: its view of a case, what was sent, and the templates it is sent by.

/// Its view of a case: `{complaint}` → JSON.
pub const CASE: &str = "case";
/// Messages, page by page.
pub const OUTBOX: &str = "outbox";
/// A playbook's templates and their faults.
pub const TEMPLATES: &str = "templates";
/// Every query of notification's own.
pub const NAMES: &[&str] = &[CASE, OUTBOX, TEMPLATES];
