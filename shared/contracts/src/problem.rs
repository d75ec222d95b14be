//! Problem documents (RFC 9457) with stable codes: what was wrong, where, and what was expected.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::Language;

/// What a problem must name, so that whoever reads it knows what to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Names {
    /// It is about the sender's input or their right to it: [`Problem::field`] and [`Problem::expected`] are there.
    Field,
    /// It is about something else, such as an address or an outage: both may be absent.
    Nothing,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $names:ident,
        $en:literal / $zh:literal),+ $(,)?) => {
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
            pub const fn title(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::En) => $en, (Self::$variant, Language::Zh) => $zh),+
                }
            }
            /// What a problem of this code must name.
            #[must_use]
            pub const fn names(self) -> Names { match self { $(Self::$variant => Names::$names),+ } }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed-json", 400, Field, "The body is not JSON" / "请求内容不是 JSON",
    /// The body is not UTF-8.
    InvalidUtf8 = "invalid-utf8", 400, Field, "The body is not UTF-8" / "请求内容不是 UTF-8",
    /// The idempotency key is missing or not 1–128 visible ASCII characters.
    InvalidIdempotencyKey = "invalid-idempotency-key", 400, Field, "The idempotency key is missing or malformed" / "缺少幂等键，或其格式不对",
    /// No or bad credentials.
    NotSignedIn = "not-signed-in", 401, Nothing, "Sign in first" / "请先登录",
    /// The role or department of the actor does not allow it.
    NotAllowed = "not-allowed", 403, Field, "This is not yours to do" / "您无权办理此事",
    /// A party to the matter may not handle, verify, approve or call back.
    ConflictOfInterest = "conflict-of-interest", 403, Field, "A party to the matter may not act on it" / "当事人须回避，不得经办",
    /// Nobody approves a proposal they made, investigated or are liable for.
    SeparationOfDuty = "separation-of-duty", 403, Field, "Nobody decides on their own work" / "不得审批自己经办的事项",
    /// The amount is beyond the actor's authority.
    BeyondAuthority = "beyond-authority", 403, Field, "The amount is beyond this authority" / "金额超出审批权限",
    /// There is no such thing.
    NotFound = "not-found", 404, Nothing, "There is no such thing" / "没有这个对象",
    /// The address knows no such method.
    MethodNotAllowed = "method-not-allowed", 405, Nothing, "This address does not take that method" / "此地址不支持该请求方法",
    /// The request did not come whole in time.
    RequestTimeout = "request-timeout", 408, Nothing, "The request did not come whole in time" / "请求未能在限时内完整送达",
    /// The subject is not in a state that allows this.
    WrongStage = "wrong-stage", 409, Field, "The case is not at a stage that allows this" / "案件当前所处环节不允许此操作",
    /// The visit was left.
    VisitLeft = "visit-left", 409, Field, "That visit to the stage has ended" / "该环节已经结束",
    /// The visit was reassigned since.
    StaleEpoch = "stale-epoch", 409, Field, "The work was reassigned since" / "该工作其后已改派",
    /// The work is somebody else's.
    NotTheHolder = "not-the-holder", 409, Field, "Somebody else holds this work" / "该工作由他人承办",
    /// The same key with another body.
    KeyReused = "idempotency-key-reused", 409, Field, "This idempotency key was used with another body" / "此幂等键已用于另一内容的请求",
    /// Something by that key exists already.
    AlreadyExists = "already-exists", 409, Field, "It exists already" / "已经存在",
    /// Not told, paid, carried out or filed before approval.
    NotApproved = "not-approved", 409, Field, "It has to be approved first" / "须先获批准",
    /// A parked message could not be handled this time either.
    ReplayFailed = "replay-failed", 409, Nothing, "It could not be handled this time either" / "这次仍然无法处理",
    /// The version in `If-Match` is not the current one.
    StaleVersion = "stale-version", 412, Field, "It was changed since it was read" / "读取之后内容已被更改",
    /// The body is too large.
    TooLarge = "too-large", 413, Field, "The body is too large" / "请求内容过大",
    /// The type of the body or file is not accepted.
    UnsupportedType = "unsupported-type", 415, Field, "This type is not accepted" / "不接受此类型",
    /// A field is missing.
    MissingField = "missing-field", 422, Field, "A field is missing" / "缺少字段",
    /// A field is not known.
    UnknownField = "unknown-field", 422, Field, "A field is not known" / "没有此字段",
    /// A field has a value that is not allowed.
    InvalidField = "invalid-field", 422, Field, "A field has a value that is not allowed" / "字段的值不允许",
    /// The mail is none that the playbook takes for a complaint (R-004).
    NotAComplaint = "not-a-complaint", 422, Field, "This mail is not taken as a complaint" / "此邮件不作为投诉受理",
    /// A field is too long.
    FieldTooLong = "field-too-long", 422, Field, "A field is too long" / "字段过长",
    /// The playbook is not known or not active.
    UnknownPlaybook = "unknown-playbook", 422, Field, "The playbook is not known" / "没有此流程文件",
    /// The department is not known.
    UnknownDepartment = "unknown-department", 422, Field, "The department is not known" / "没有此部门",
    /// The person is not known.
    UnknownPerson = "unknown-person", 422, Field, "The person is not known" / "没有此人员",
    /// A playbook has errors; all of them are listed.
    BrokenPlaybook = "broken-playbook", 422, Nothing, "The playbook has errors" / "流程文件有错误",
    /// A scenario that shows how a playbook must behave does not hold.
    ScenarioFails = "scenario-fails", 422, Field, "A scenario does not hold" / "有演练场景不符",
    /// The remedy is not one of those the playbook lists.
    RemedyNotAllowed = "remedy-not-allowed", 422, Field, "The playbook does not list this remedy" / "流程文件未列出此补救措施",
    /// Nobody present and unbarred can take it.
    NobodyAvailable = "nobody-available", 409, Nothing, "Nobody present and unbarred can take this" / "没有在岗且无须回避的人员可以承接",
    /// Too many requests.
    TooManyRequests = "too-many-requests", 429, Nothing, "Too many requests" / "请求过于频繁",
    /// A defect: the input could not be handled.
    Internal = "internal", 500, Nothing, "The input could not be handled" / "系统未能处理此请求",
    /// The service is overloaded or away; nothing was done.
    Unavailable = "unavailable", 503, Nothing, "The service cannot take this now" / "服务暂时无法受理",
    /// The answer was lost; repeat with the same key.
    OutcomeUnknown = "outcome-unknown", 504, Nothing, "The answer was lost; repeat with the same key" / "结果未知，请用同一幂等键重试",
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
    /// Reads a JSON value as `T`.
    ///
    /// # Errors
    /// A problem that names the field, however deep it lies, and what was expected there.
    pub fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, Self> {
        serde_path_to_error::deserialize(value)
            .map_err(|error| Self::of_json(pointer(error.path()), error.inner()))
    }
    /// Reads JSON text as `T`.
    ///
    /// # Errors
    /// As [`Problem::read`], or `malformed-json`.
    pub fn read_text<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, Self> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let read = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| Self::of_json(pointer(error.path()), error.inner()))?;
        reader.end().map_err(|error| Self::from_json(&error))?;
        Ok(read)
    }
    /// Turns an error of reading JSON into a problem. It names a missing or unknown field, and else the whole:
    /// [`Problem::read`] knows the way to it.
    #[must_use]
    pub fn from_json(error: &serde_json::Error) -> Self {
        Self::of_json(String::new(), error)
    }
    /// The body is not UTF-8 from byte `valid_up_to` on.
    #[must_use]
    pub fn not_utf8(error: &std::str::Utf8Error) -> Self {
        let detail = format!("the body is not UTF-8 from byte {} on", error.valid_up_to());
        Self::new(ProblemCode::InvalidUtf8, detail).at("").expected("JSON in UTF-8")
    }

    fn of_json(place: String, error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let quoted = || text.split('`').nth(1).map(step).unwrap_or_default();
        let (code, field, otherwise) = match error.classify() {
            serde_json::error::Category::Data if text.starts_with("unknown field") => {
                let named = quoted();
                let place = place.strip_suffix(&named).unwrap_or(&place);
                (ProblemCode::UnknownField, format!("{place}{named}"), "no such field")
            }
            serde_json::error::Category::Data if text.starts_with("missing field") => {
                (ProblemCode::MissingField, format!("{place}{}", quoted()), "a value")
            }
            serde_json::error::Category::Data => {
                (ProblemCode::InvalidField, place, "a value as the schema of this field has it")
            }
            _ => (ProblemCode::MalformedJson, String::new(), "JSON"),
        };
        let said = matches!(code, ProblemCode::UnknownField | ProblemCode::InvalidField)
            .then(|| expected_by(&text))
            .flatten();
        let expected = said.unwrap_or(otherwise).to_owned();
        Self::new(code, text).at(field).expected(expected)
    }

    /// What it should name and does not, by [`ProblemCode::names`]; nothing when it is whole. The problems in `errors`
    /// are looked at too.
    #[must_use]
    pub fn lacks(&self) -> Option<&'static str> {
        let own = match self.code.names() {
            Names::Field if self.field.is_none() => Some("field"),
            Names::Field if self.expected.as_deref().is_none_or(|text| text.trim().is_empty()) => {
                Some("expected")
            }
            Names::Field | Names::Nothing => None,
        };
        own.or_else(|| self.errors.iter().find_map(Self::lacks))
    }
}

/// What the reader of a value says it expected.
fn expected_by(text: &str) -> Option<&str> {
    const INSTANT: &str = "a possible instant in RFC 3339, such as 2025-03-07T10:00:00+08:00";
    // Those who read instants and UUIDs tell how far they came, which is no help to the sender.
    let begins = |with: &[&str]| with.iter().any(|start| text.starts_with(start));
    if begins(&["failed to parse", "parsed ", "parameter "]) || text.contains("timestamp string") {
        return Some(INSTANT);
    }
    if text.starts_with("UUID parsing") {
        return Some("a UUID");
    }
    let (_, expected) = text.split_once("expected ")?;
    if expected.starts_with("struct ") {
        return Some("a JSON object");
    }
    // The place in a text that was read already says nothing either.
    expected.split(" at line ").next()
}

/// The way to a place as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => step(key),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(step).collect()
}

/// One step of a JSON pointer (RFC 6901). A name that somebody made up is cut short.
fn step(name: &str) -> String {
    let name: String = name.chars().take(80).collect();
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
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
    fn every_code_has_a_title_of_its_own_in_each_language() {
        let titles = |language| ProblemCode::ALL.iter().map(move |code| (*code, code.title(language)));
        for language in [Language::En, Language::Zh] {
            let different: std::collections::BTreeSet<_> = titles(language).map(|(_, title)| title).collect();
            assert_eq!(different.len(), ProblemCode::ALL.len(), "two codes share a title");
        }
        for (code, title) in titles(Language::En) {
            assert!(!title.is_empty() && title.is_ascii(), "{code}: {title}");
        }
        for (code, title) in titles(Language::Zh) {
            let han = title.chars().filter(|letter| ('\u{4e00}'..='\u{9fff}').contains(letter)).count();
            assert!(han >= 3, "{code}: {title}");
        }
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

    #[test]
    fn reading_names_the_place_however_deep_and_what_was_expected() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its reading is tested")]
        struct Body {
            inner: Vec<Inner>,
        }
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its reading is tested")]
        struct Inner {
            person: crate::PersonId,
            language: crate::Language,
            #[serde(default)]
            at: Option<jiff::Timestamp>,
            #[serde(default)]
            id: Option<uuid::Uuid>,
        }
        let good = || serde_json::json!({"person": "li", "language": "zh"});
        let with = |key: &str, value: serde_json::Value| {
            let mut one = good();
            one[key] = value;
            Problem::read::<Body>(serde_json::json!({"inner": [good(), one]})).unwrap_err()
        };
        for (key, value, code, field, expected) in [
            ("person", "\0".into(), ProblemCode::InvalidField, "/inner/1/person", "1 to 64 of a-z"),
            ("person", 7.into(), ProblemCode::InvalidField, "/inner/1/person", "a string"),
            ("language", "fr".into(), ProblemCode::InvalidField, "/inner/1/language", "`zh`"),
            ("at", "2025-02-30T00:00:00Z".into(), ProblemCode::InvalidField, "/inner/1/at", "RFC 3339"),
            ("id", "x".into(), ProblemCode::InvalidField, "/inner/1/id", "a UUID"),
            ("a/b~c", 1.into(), ProblemCode::UnknownField, "/inner/1/a~1b~0c", "`person`"),
            ("\0", 1.into(), ProblemCode::UnknownField, "/inner/1/\0", "`person`"),
        ] {
            let problem = with(key, value);
            assert_eq!((problem.code, problem.field.as_deref()), (code, Some(field)), "{problem:?}");
            assert!(problem.expected.as_deref().is_some_and(|text| text.contains(expected)), "{problem:?}");
        }
        let lacking = Problem::read::<Body>(serde_json::json!({"inner": [{"person": "li"}]})).unwrap_err();
        assert_eq!(lacking.field.as_deref(), Some("/inner/0/language"));
        assert_eq!((lacking.code, lacking.lacks()), (ProblemCode::MissingField, None));
        let other = Problem::read::<Body>(serde_json::json!("x")).unwrap_err();
        assert_eq!((other.field.as_deref(), other.expected.as_deref()), (Some(""), Some("a JSON object")));
        let text = Problem::read_text::<Body>(b"{\"inner\":").unwrap_err();
        assert_eq!((text.code, text.field.as_deref()), (ProblemCode::MalformedJson, Some("")));
    }

    #[test]
    fn whoever_made_the_mistake_is_told_where_and_what_was_expected() {
        for code in ProblemCode::ALL {
            let bare = Problem::new(*code, "x");
            let whole = bare.clone().at("/x").expected("y");
            let listed = Problem { errors: vec![bare.clone()], ..whole.clone() };
            // What the sender can mend, or another may do, says how; what is away or a defect has no field.
            let theirs = matches!(code.status(), 400 | 403 | 409 | 412 | 413 | 415 | 422);
            let exempt = matches!(
                code,
                ProblemCode::ReplayFailed | ProblemCode::NobodyAvailable | ProblemCode::BrokenPlaybook
            );
            assert_eq!(code.names() == Names::Field, theirs && !exempt, "{code}");
            assert_eq!(bare.lacks().is_some(), code.names() == Names::Field, "{code}");
            assert_eq!(listed.lacks(), bare.lacks(), "{code}: what is listed counts too");
            assert_eq!(whole.lacks(), None, "{code}");
        }
    }
}
