//! Problem documents (RFC 9457) with stable codes: what was wrong, where, and what was expected.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $title:literal),+ $(,)?) => {
        /// A stable code. Its meaning never changes; a new meaning gets a new code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum ProblemCode { $($(#[$doc])* #[serde(rename = $code)] $variant),+ }
        impl ProblemCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The code as text.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// The HTTP status it answers with.
            #[must_use]
            pub const fn status(self) -> u16 { match self { $(Self::$variant => $status),+ } }
            /// The short human title.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Self::$variant => $title),+ } }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed-json", 400, "The body is not JSON",
    /// The body is not UTF-8.
    InvalidUtf8 = "invalid-utf8", 400, "The body is not UTF-8",
    /// The idempotency key is missing or not 1–128 visible ASCII characters.
    InvalidIdempotencyKey = "invalid-idempotency-key", 400, "The idempotency key is missing or malformed",
    /// No or bad credentials.
    NotSignedIn = "not-signed-in", 401, "Sign in first",
    /// The role or department of the actor does not allow it.
    NotAllowed = "not-allowed", 403, "This is not yours to do",
    /// A party to the matter may not handle, verify, approve or call back.
    ConflictOfInterest = "conflict-of-interest", 403, "A party to the matter may not act on it",
    /// Nobody approves a proposal they made, investigated or are liable for.
    SeparationOfDuty = "separation-of-duty", 403, "Nobody decides on their own work",
    /// The amount is beyond the actor's authority.
    BeyondAuthority = "beyond-authority", 403, "The amount is beyond this authority",
    /// There is no such thing.
    NotFound = "not-found", 404, "There is no such thing",
    /// The address knows no such method.
    MethodNotAllowed = "method-not-allowed", 405, "This address does not take that method",
    /// The request did not come whole in time.
    RequestTimeout = "request-timeout", 408, "The request did not come whole in time",
    /// The subject is not in a state that allows this.
    WrongStage = "wrong-stage", 409, "The case is not at a stage that allows this",
    /// The visit was left.
    VisitLeft = "visit-left", 409, "That visit to the stage has ended",
    /// The visit was reassigned since.
    StaleEpoch = "stale-epoch", 409, "The work was reassigned since",
    /// The work is somebody else's.
    NotTheHolder = "not-the-holder", 409, "Somebody else holds this work",
    /// The same key with another body.
    KeyReused = "idempotency-key-reused", 409, "This idempotency key was used with another body",
    /// Something by that key exists already.
    AlreadyExists = "already-exists", 409, "It exists already",
    /// Not told, paid, carried out or filed before approval.
    NotApproved = "not-approved", 409, "It has to be approved first",
    /// A parked message could not be handled this time either.
    ReplayFailed = "replay-failed", 409, "It could not be handled this time either",
    /// The version in `If-Match` is not the current one.
    StaleVersion = "stale-version", 412, "It was changed since it was read",
    /// The body is too large.
    TooLarge = "too-large", 413, "The body is too large",
    /// The type of the body or file is not accepted.
    UnsupportedType = "unsupported-type", 415, "This type is not accepted",
    /// A field is missing.
    MissingField = "missing-field", 422, "A field is missing",
    /// A field is not known.
    UnknownField = "unknown-field", 422, "A field is not known",
    /// A field has a value that is not allowed.
    InvalidField = "invalid-field", 422, "A field has a value that is not allowed",
    /// A field is too long.
    FieldTooLong = "field-too-long", 422, "A field is too long",
    /// The playbook is not known or not active.
    UnknownPlaybook = "unknown-playbook", 422, "The playbook is not known",
    /// The department is not known.
    UnknownDepartment = "unknown-department", 422, "The department is not known",
    /// The person is not known.
    UnknownPerson = "unknown-person", 422, "The person is not known",
    /// A playbook has errors; all of them are listed.
    BrokenPlaybook = "broken-playbook", 422, "The playbook has errors",
    /// The remedy is not one of those the playbook lists.
    RemedyNotAllowed = "remedy-not-allowed", 422, "The playbook does not list this remedy",
    /// Nobody present and unbarred can take it.
    NobodyAvailable = "nobody-available", 409, "Nobody present and unbarred can take this",
    /// Too many requests.
    TooManyRequests = "too-many-requests", 429, "Too many requests",
    /// A defect: the input could not be handled.
    Internal = "internal", 500, "The input could not be handled",
    /// The service is overloaded or away; nothing was done.
    Unavailable = "unavailable", 503, "The service cannot take this now",
    /// The answer was lost; repeat with the same key.
    OutcomeUnknown = "outcome-unknown", 504, "The answer was lost; repeat with the same key",
}

impl std::fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal. It changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The stable code.
    pub code: ProblemCode,
    /// What was wrong, for a person; never contains complainant data.
    pub detail: String,
    /// JSON pointer of the offending field, such as `/complainant/phone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What was expected instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// Further findings, when there is more than one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Problem>,
}

impl Problem {
    /// A problem of `code`.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), field: None, expected: None, errors: Vec::new() }
    }
    /// Names the field, as a JSON pointer.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
    /// Says what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }
    /// One problem out of many findings: the first speaks, all are listed.
    #[must_use]
    pub fn all(mut findings: Vec<Self>) -> Option<Self> {
        if findings.len() < 2 {
            return findings.pop();
        }
        let mut first = findings[0].clone();
        first.errors = findings;
        Some(first)
    }
    /// Turns an error of reading JSON into a problem that names the field where serde does.
    #[must_use]
    pub fn from_json(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let quoted = text.split('`').nth(1).map(|name| format!("/{name}"));
        let code = match error.classify() {
            serde_json::error::Category::Data if text.starts_with("unknown field") => {
                ProblemCode::UnknownField
            }
            serde_json::error::Category::Data if text.starts_with("missing field") => {
                ProblemCode::MissingField
            }
            serde_json::error::Category::Data => ProblemCode::InvalidField,
            _ => ProblemCode::MalformedJson,
        };
        Self { code, field: quoted.filter(|_| code != ProblemCode::MalformedJson), ..Self::new(code, text) }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)?;
        if let Some(field) = &self.field {
            write!(f, " ({field})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ProblemCode::ALL.len());
    }

    #[test]
    fn json_errors_name_the_field() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its reading is tested")]
        struct Body {
            channel: String,
        }
        let code = |text: &str| Problem::from_json(&serde_json::from_str::<Body>(text).unwrap_err());
        assert_eq!(code("{").code, ProblemCode::MalformedJson);
        assert_eq!(code("{}").field.as_deref(), Some("/channel"));
        assert_eq!(code(r#"{"channel":"a","x":1}"#).code, ProblemCode::UnknownField);
    }
}
