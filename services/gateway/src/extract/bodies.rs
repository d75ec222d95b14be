//! The bodies of requests: of the right type, not too large, in time.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use contracts::{Problem, ProblemCode};
use futures::StreamExt as _;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::problem::Refusal;

/// A JSON body.
#[derive(Debug, Clone)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequest<App> for JsonBody<T> {
    type Rejection = Refusal;
    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        require_type(request.headers(), "application/json", is_json)?;
        let bytes = read_body(app, request.into_body(), app.config.json_max_bytes).await?;
        parse_json(&bytes).map(Self)
    }
}

/// A body of YAML text.
#[derive(Debug, Clone)]
pub struct YamlBody(pub String);

impl FromRequest<App> for YamlBody {
    type Rejection = Refusal;
    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        require_type(request.headers(), "application/yaml", |kind| {
            matches!(kind, "application/yaml" | "application/x-yaml" | "text/yaml" | "text/plain")
        })?;
        let bytes = read_body(app, request.into_body(), app.config.json_max_bytes).await?;
        text(&bytes).map(str::to_owned).map(Self)
    }
}

/// A body of CSV text.
#[derive(Debug, Clone)]
pub struct CsvBody(pub String);

impl FromRequest<App> for CsvBody {
    type Rejection = Refusal;
    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        require_type(request.headers(), "text/csv", |kind| kind == "text/csv")?;
        let bytes = read_body(app, request.into_body(), app.config.json_max_bytes).await?;
        text(&bytes).map(str::to_owned).map(Self)
    }
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Refuses a body of another type.
///
/// # Errors
/// `unsupported-type`.
pub fn require_type(headers: &HeaderMap, expected: &str, fits: impl Fn(&str) -> bool) -> Result<(), Refusal> {
    let found = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = found.split(';').map(|part| part.trim().to_ascii_lowercase());
    let kind = parts.next().unwrap_or_default();
    let utf8 =
        parts.all(|part| part.strip_prefix("charset=").is_none_or(|set| set.trim_matches('"') == "utf-8"));
    if fits(&kind) && utf8 {
        return Ok(());
    }
    let problem = Problem::new(ProblemCode::UnsupportedType, "the body is of another type");
    Err(problem.at("Content-Type").expected(format!("{expected} in UTF-8")).into())
}

/// Reads a body of at most `most` bytes.
///
/// # Errors
/// `too-large`, `request-timeout`, or `malformed-json` when the connection broke.
pub async fn read_body(app: &App, body: Body, most: usize) -> Result<Bytes, Refusal> {
    let too_large = || {
        let problem = Problem::new(ProblemCode::TooLarge, "the body is too large");
        Refusal::from(problem.at("").expected(format!("at most {most} bytes")))
    };
    if axum::body::HttpBody::size_hint(&body).lower() > most as u64 {
        return Err(too_large());
    }
    let reading = async {
        let mut stream = body.into_data_stream();
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| {
                Refusal::from(
                    Problem::new(ProblemCode::MalformedJson, "the body broke off")
                        .at("")
                        .expected("the whole body"),
                )
            })?;
            if bytes.len() + chunk.len() > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Bytes::from(bytes))
    };
    tokio::time::timeout(app.config.read_timeout, reading).await.unwrap_or_else(|_| Err(too_slow()))
}

/// The body did not come in time.
#[must_use]
pub fn too_slow() -> Refusal {
    Refusal::new(ProblemCode::RequestTimeout, "the body did not come whole in time")
}

fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(bytes).map_err(|error| Problem::not_utf8(&error).into())
}

/// Reads JSON.
///
/// # Errors
/// `invalid-utf8`, `malformed-json`, or a problem that names the field.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    Ok(Problem::read_text(text(bytes)?.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_json_in_utf8_is_json() {
        let check = |kind: &'static [u8]| {
            let headers =
                HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_bytes(kind).unwrap())]);
            require_type(&headers, "application/json", is_json).is_ok()
        };
        assert!(check(b"application/json") && check(b"Application/JSON; charset=UTF-8"));
        assert!(check(b"application/merge-patch+json"));
        assert!(!check(b"text/plain") && !check(b"application/json; charset=gbk") && !check(b""));
    }

    #[test]
    fn json_problems_are_told_apart() {
        let code = |bytes: &[u8]| {
            parse_json::<std::collections::BTreeMap<String, u8>>(bytes).unwrap_err().problem.code
        };
        assert_eq!(code(b"{\"a\":\xff}"), ProblemCode::InvalidUtf8);
        assert_eq!(code(b"{\"a\":1"), ProblemCode::MalformedJson);
        assert_eq!(code(b""), ProblemCode::MalformedJson);
        assert_eq!(code(b"{\"a\":\"x\"}"), ProblemCode::InvalidField);
        let deep = "[".repeat(100_000);
        assert_eq!(
            parse_json::<serde_json::Value>(deep.as_bytes()).unwrap_err().problem.code,
            ProblemCode::MalformedJson
        );
    }
}
