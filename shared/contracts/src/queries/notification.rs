//! What notification is asked, by staff: its view of a case, what was sent, and the templates it is sent by.

/// Stands for the tracking code in what notification keeps of a message, until it is handed to its channel.
///
/// The code is the customer's secret: it is never in an event nor in notification's tables. The sender asks intake for it
/// together with the address and puts it in; whoever shows the text to staff says that it is there.
pub const TRACKING_CODE: &str = "[[tracking_code]]";

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
