//! What notification is asked, by staff: its view of a case, what was sent, and the templates it is sent by.

/// Its view of a case: `{complaint}` → JSON.
pub const CASE: &str = "case";
/// Messages, page by page.
pub const OUTBOX: &str = "outbox";
/// A playbook's templates and their faults.
pub const TEMPLATES: &str = "templates";
/// Words to avoid in a text about a case, or one that will follow a playbook: `{complaint, text}` or `{playbook, text}` →
/// warnings with their places.
pub const WORDING: &str = "wording";
/// Every query of notification's own.
pub const NAMES: &[&str] = &[CASE, OUTBOX, TEMPLATES, WORDING];
