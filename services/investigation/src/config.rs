//! What can be set for investigation beside what every service has (`runtime`).

/// How long texts may be, in characters: the same for everybody, so that a text that was taken can be shown anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Findings, reasons, accounts, measures and results.
    pub text: usize,
    /// Remedies in one proposal or execution.
    pub remedies: usize,
    /// Measures in one plan.
    pub measures: usize,
    /// Documents that are brought up to date at once.
    pub documents: usize,
    /// People who attend one training.
    pub attendees: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { text: 5_000, remedies: 50, measures: 50, documents: 50, attendees: 500 }
    }
}
