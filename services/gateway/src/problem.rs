//! The only place where a problem becomes HTTP: `application/problem+json` (RFC 9457) with a stable `code`.
//!
//! `type` is `/problems/<code>`, which answers with what the code means; `/problems` lists all of them.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use bus::RequestError;
use contracts::commands::Actor;
use contracts::{Language, Problem, ProblemCode};
use serde_json::{Value, json};

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub problem: Box<Problem>,
    /// When to try again.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal with a problem of `code`.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }
    /// Says when to try again.
    #[must_use]
    pub const fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }
    /// It is not theirs to do: only `expected` may.
    #[must_use]
    pub fn not_allowed(detail: &str, expected: impl Into<String>) -> Self {
        Problem::new(ProblemCode::NotAllowed, detail).at("/actor").expected(expected).into()
    }
    /// Somebody must sign in first.
    #[must_use]
    pub fn not_signed_in(detail: &str) -> Self {
        Self::new(ProblemCode::NotSignedIn, detail)
    }
    /// Something of ours is away; nothing was done.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::Unavailable, detail).retry_after(Duration::from_secs(1))
    }
    /// There is no such thing, or it is not theirs to see: which of the two is not told.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(ProblemCode::NotFound, format!("there is no such {what}"))
    }
    /// The sign-in store cannot be read or written.
    #[must_use]
    pub fn store(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::warn!(error = %runtime::process::chain(error), "the sign-in store is away");
        Self::unavailable("sign-in is away for the moment")
    }
    /// A defect of ours.
    #[must_use]
    pub fn defect(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %runtime::process::chain(error), "a request could not be handled");
        Self::new(ProblemCode::Internal, "the request could not be handled")
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        // What may be repeated at once or soon says so.
        let retry_after = match problem.code {
            ProblemCode::Unavailable | ProblemCode::TooManyRequests | ProblemCode::OutcomeUnknown => {
                Some(Duration::from_secs(1))
            }
            _ => None,
        };
        Self { problem: Box::new(problem), retry_after }
    }
}

impl From<&RequestError> for Refusal {
    fn from(error: &RequestError) -> Self {
        match error {
            RequestError::NotSent(bus::BusError::TooLarge { limit, .. }) => {
                Problem::new(ProblemCode::TooLarge, "the order is too large for the transport")
                    .at("")
                    .expected(format!("less than {limit} bytes"))
                    .into()
            }
            error if error.nothing_was_done() => {
                Self::unavailable("the service that does this is away; nothing was done")
            }
            _ => Self::new(ProblemCode::OutcomeUnknown, "no answer came in time; repeat with the same key")
                .retry_after(Duration::from_secs(1)),
        }
    }
}

/// The body of a problem. Its `title` is in `language`; `detail` and `expected` are for whoever writes the program that
/// asked, and are in English.
fn document(problem: &Problem, language: Language) -> Value {
    let mut body = json!({
        "type": format!("/problems/{}", problem.code),
        "title": problem.code.title(language),
        "status": problem.code.status(),
        "detail": problem.detail,
        "code": problem.code,
    });
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            body[key] = value;
        }
    };
    put("field", problem.field.clone().map(Value::from));
    put("expected", problem.expected.clone().map(Value::from));
    let errors: Vec<_> = problem.errors.iter().map(|error| document(error, language)).collect();
    put("errors", (!errors.is_empty()).then_some(Value::Array(errors)));
    body
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(after) = self.retry_after {
            // Whole seconds, never 0: "at once" would be the thundering herd.
            headers
                .insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs_f64().ceil().max(1.0) as u64));
        }
        if self.problem.code == ProblemCode::NotSignedIn {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"redress\""));
        }
        let code = HeaderValue::from_static(self.problem.code.as_str());
        headers.insert(HeaderName::from_static("redress-problem"), code);
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(tag(Language::En)));
        headers.append(header::VARY, HeaderValue::from_name(header::ACCEPT_LANGUAGE));
        let body = document(&self.problem, Language::En).to_string();
        let mut response = (self.status(), headers, body).into_response();
        response.extensions_mut().insert(Told(self.problem.into()));
        response
    }
}

/// The problem that a response tells, beside its bytes.
#[derive(Debug, Clone)]
struct Told(Arc<Problem>);

/// The language as `Content-Language` has it.
const fn tag(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Zh => "zh",
    }
}

/// The same response; where it tells a problem, told in `language`.
#[must_use]
pub fn in_language(mut response: Response, language: Language) -> Response {
    let Some(Told(problem)) = response.extensions().get().cloned() else { return response };
    if language != Language::En {
        *response.body_mut() = document(&problem, language).to_string().into();
        let tag = HeaderValue::from_static(tag(language));
        response.headers_mut().insert(header::CONTENT_LANGUAGE, tag);
    }
    response
}

/// All codes with status and title, as JSON: `title` is the English one, `titles` has every language.
#[must_use]
pub fn catalogue() -> Value {
    let entry = |code: &ProblemCode| {
        let [en, zh] = [Language::En, Language::Zh].map(|language| code.title(language));
        json!({
            "type": format!("/problems/{code}"), "code": code, "status": code.status(), "title": en,
            "titles": { "en": en, "zh": zh },
        })
    };
    json!({ "problems": ProblemCode::ALL.iter().map(entry).collect::<Vec<_>>() })
}

/// The same as a page; with `only` that code alone.
pub fn page(only: Option<ProblemCode>) -> Html<String> {
    let shown: Vec<_> = only.map_or_else(|| ProblemCode::ALL.to_vec(), |code| vec![code]);
    let rows: String = shown
        .iter()
        .map(|code| {
            format!(
                "<tr id=\"{code}\"><td><a href=\"/problems/{code}\"><code>{code}</code></a></td>\
                 <td>{}</td><td>{}</td><td lang=\"zh\">{}</td></tr>\n",
                code.status(),
                code.title(Language::En),
                code.title(Language::Zh)
            )
        })
        .collect();
    Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Problems</title></head>\n\
         <body><h1>Problems</h1>\n<p>Every refusal is <code>{MEDIA_TYPE}</code> with one of these codes; it changed \
         nothing, except that <code>outcome-unknown</code> says that nobody knows. The <code>title</code> is English, or \
         Chinese for who asks for it by <code>Accept-Language: zh</code>.</p>\n\
         <p lang=\"zh\">每次拒绝都是带有下列代码之一的 <code>{MEDIA_TYPE}</code>，且未作任何更改；只有 \
         <code>outcome-unknown</code> 表示结果未知。请求带 <code>Accept-Language: zh</code> 时，<code>title</code> 为中文。</p>\n\
         <table><thead><tr><th scope=\"col\">Code</th><th scope=\"col\">Status</th>\
         <th scope=\"col\">Meaning</th><th scope=\"col\" lang=\"zh\">含义</th></tr></thead>\n<tbody>\n{rows}</tbody></table></body></html>\n"
    ))
}

/// The code of that name.
#[must_use]
pub fn code(name: &str) -> Option<ProblemCode> {
    ProblemCode::ALL.iter().copied().find(|code| code.as_str() == name)
}

/// Refuses what is not a person's to ask.
///
/// # Errors
/// `not-allowed`.
pub fn staff_only(actor: &Actor) -> Result<(), Refusal> {
    match actor {
        Actor::Staff { .. } => Ok(()),
        Actor::Customer | Actor::Feeder { .. } | Actor::System => {
            Err(Refusal::not_allowed("only a member of staff may do this", "a member of staff"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_page_its_field_and_all_findings() {
        let finding = |field: &str| Problem::new(ProblemCode::MissingField, "a field is missing").at(field);
        let problem = Problem::all(vec![finding("/a").expected("a text"), finding("/b")]).unwrap();
        let body = document(&problem, Language::En);
        assert_eq!(body["type"], "/problems/missing-field");
        assert_eq!((&body["status"], &body["field"]), (&json!(422), &json!("/a")));
        assert_eq!(body["errors"][1]["field"], "/b");
        let body = document(&problem, Language::Zh);
        assert_eq!((&body["title"], &body["errors"][1]["title"]), (&json!("缺少字段"), &json!("缺少字段")));
    }

    #[test]
    fn every_code_has_an_error_status_and_stands_in_the_catalogue() {
        let listed = catalogue()["problems"].as_array().unwrap().len();
        assert_eq!(listed, ProblemCode::ALL.len());
        for problem in ProblemCode::ALL {
            let status = Refusal::new(*problem, "x").status();
            assert!(status.is_client_error() || status.is_server_error(), "{problem}");
            assert_eq!(code(problem.as_str()), Some(*problem));
        }
    }

    #[tokio::test]
    async fn every_problem_is_told_in_the_language_that_is_wanted() {
        for code in ProblemCode::ALL {
            for language in [Language::En, Language::Zh] {
                let response = in_language(Refusal::new(*code, "x").into_response(), language);
                assert_eq!(response.headers()[header::CONTENT_LANGUAGE], tag(language), "{code}");
                assert_eq!(response.status().as_u16(), code.status());
                let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
                let told: Value = serde_json::from_slice(&bytes).unwrap();
                assert_eq!((&told["title"], &told["detail"]), (&json!(code.title(language)), &json!("x")));
            }
        }
        let page = in_language(Html("x").into_response(), Language::Zh);
        assert!(!page.headers().contains_key(header::CONTENT_LANGUAGE), "only problems are told");
    }

    #[test]
    fn overload_says_when_to_come_again() {
        let response = Refusal::unavailable("full").retry_after(Duration::from_millis(1200)).into_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
    }
}
