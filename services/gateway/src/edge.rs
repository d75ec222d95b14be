//! What happens to every request, whatever it asks: an id, a trace, a place among those handled at once, security
//! headers, and one line in the log without personal data.

use std::any::Any;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bus::Traceparent;
use contracts::ProblemCode;
use tracing::Instrument as _;

use crate::app::App;
use crate::language;
use crate::problem::{self, Refusal};
use crate::randomness::random_id;

/// From a request to the head of its answer. Labels: `method`, `route`.
pub const SECONDS: &str = "redress_gateway_request_seconds";
/// Answers. Labels: `route`, `status`.
pub const ANSWERS: &str = "redress_gateway_answers_total";

/// The header of a request's id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken over from a client.
const LONGEST_ID: usize = 64;

/// Takes a request in and lets its answer out.
pub async fn pass(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let trace = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    let trace = trace.and_then(Traceparent::parse);
    let span =
        runtime::telemetry::request_span(method.as_str(), &route, trace.as_ref().map(Traceparent::as_str));
    request.extensions_mut().insert(app.clone());
    let language = language::wanted(request.headers());
    let mut response = match app.limits.request() {
        Ok(place) => {
            let response = next.run(request).instrument(span).await;
            drop(place);
            response
        }
        Err(refusal) => problem::in_language(refusal.into_response(), language),
    };
    let status = response.status().as_u16();
    let seconds = began.elapsed().as_secs_f64();
    tracing::info!(
        target: "gateway::access",
        request = id.to_str().unwrap_or_default(),
        %method,
        route,
        status,
        problem = response.headers().get("redress-problem").and_then(|code| code.to_str().ok()),
        milliseconds = seconds * 1000.0,
        "answered"
    );
    metrics::histogram!(SECONDS, "method" => method.to_string(), "route" => route.clone()).record(seconds);
    metrics::counter!(ANSWERS, "route" => route, "status" => status.to_string()).increment(1);
    secure(&mut response);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The id that the client gave, if it is a harmless one, or a new one.
fn request_id(request: &Request) -> HeaderValue {
    let given = request.headers().get(REQUEST_ID);
    let harmless = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=LONGEST_ID).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let made = || random_id().ok().and_then(|id| HeaderValue::from_str(&id.to_string()).ok());
    given.filter(harmless).cloned().or_else(made).unwrap_or_else(|| HeaderValue::from_static("none"))
}

/// What browsers must know, unless the page said so itself.
fn secure(response: &mut Response) {
    let html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let policy = if html {
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'; sandbox"
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// The answer to a request whose handler panicked.
#[must_use]
pub fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("without a text"), "a request panicked");
    Refusal::new(ProblemCode::Internal, "the request could not be handled").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_ids_are_taken_over() {
        let id = |given: &'static str| {
            let request =
                Request::builder().header(REQUEST_ID, given).body(axum::body::Body::empty()).unwrap();
            request_id(&request).to_str().unwrap().to_owned()
        };
        assert_eq!(id("abc-1.2_3"), "abc-1.2_3");
        assert_ne!(id("abc def"), "abc def");
        let long: &'static str = "x".repeat(65).leak();
        assert_ne!(id(long), long);
    }

    #[test]
    fn every_answer_has_security_headers() {
        let mut response = "x".into_response();
        secure(&mut response);
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("'none'"));
    }
}
