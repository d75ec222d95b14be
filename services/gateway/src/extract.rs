//! Reading a request: every mistake is a problem that says what was expected.

mod bodies;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use contracts::{CommandId, Problem, ProblemCode};

pub use self::bodies::{CsvBody, JsonBody, YamlBody, parse_json, read_body, require_type, too_slow};
use crate::app::App;
use crate::auth::{Feeder, Principal, Staff};
use crate::console::answering::in_query;
use crate::problem::Refusal;
use crate::tags::Tag;

/// The header of the idempotency key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Who asks; only behind a route that needs a sign-in.
#[derive(Debug, Clone)]
pub struct Caller(pub Principal);

impl Caller {
    /// The member of staff.
    ///
    /// # Errors
    /// `not-allowed` for an API key.
    pub fn staff(&self) -> Result<&Staff, Refusal> {
        match &self.0 {
            Principal::Staff(staff) => Ok(staff),
            Principal::Feeder(Feeder { .. }) => {
                Err(Refusal::not_allowed("an API key is no member of staff", "a member of staff"))
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let found = parts.extensions.get::<Principal>().cloned();
        found.map(Self).ok_or_else(|| Refusal::not_signed_in("sign in first"))
    }
}

/// The address that counts: of the connection, or what a trusted proxy says.
#[derive(Debug, Clone, Copy)]
pub struct Address(pub IpAddr);

/// The address of a request.
#[must_use]
pub fn address(app: &App, parts_extensions: &axum::http::Extensions, headers: &HeaderMap) -> IpAddr {
    let peer = parts_extensions.get::<axum::extract::ConnectInfo<Peer>>().map(|info| info.0.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
    if !app.proxies.contains(&peer) {
        return peer;
    }
    // The nearest address that is not a proxy of ours; what stands further left anybody may have written.
    let hops = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<_> =
        hops.flat_map(|value| value.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
    hops.into_iter().rev().find(|hop: &IpAddr| !app.proxies.contains(hop)).unwrap_or(peer)
}

impl FromRequestParts<App> for Address {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        Ok(Self(address(app, &parts.extensions, &parts.headers)))
    }
}

/// The `Idempotency-Key`, as the caller wrote it.
///
/// # Errors
/// `invalid-idempotency-key` when it is missing or malformed.
pub fn idempotency_key(headers: &HeaderMap) -> Result<CommandId, Refusal> {
    let wrong = |detail: &str| {
        let problem = Problem::new(ProblemCode::InvalidIdempotencyKey, detail);
        Refusal::from(
            problem.at("Idempotency-Key").expected("one header of 1 to 128 visible ASCII characters"),
        )
    };
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let value = values.next().ok_or_else(|| wrong("the header Idempotency-Key is missing"))?;
    if values.next().is_some() {
        return Err(wrong("the header Idempotency-Key was given twice"));
    }
    let text = value.to_str().map_err(|_| wrong("the key is not visible ASCII"))?;
    CommandId::new(text).map_err(|_| wrong("the key is not 1 to 128 visible ASCII characters"))
}

/// `If-Match`; none, or `*`, is no condition.
///
/// # Errors
/// `invalid-field` when it is not an `ETag` of ours.
pub fn if_match(headers: &HeaderMap) -> Result<Option<Tag>, Refusal> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    Tag::parse(text).map(Some).ok_or_else(|| {
        let problem = Problem::new(ProblemCode::InvalidField, "If-Match is not an ETag that was given");
        problem.at("If-Match").expected("the ETag of the last answer, as it was").into()
    })
}

/// The parts of the path.
#[derive(Debug, Clone)]
pub struct Segments(BTreeMap<String, String>);

impl Segments {
    /// A part of the path.
    ///
    /// # Errors
    /// `not-found` when it cannot be the name of such a thing.
    pub fn get<T: FromStr>(&self, name: &str) -> Result<T, Refusal> {
        let text = self.0.get(name).map_or("", String::as_str);
        text.parse().map_err(|_| Refusal::not_found(name))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Segments {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let raw = RawPathParams::from_request_parts(parts, state).await;
        let raw = raw.map_err(|_| Refusal::not_found("thing"))?;
        Ok(Self(raw.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}

/// The query of the address.
#[derive(Debug, Clone, Default)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// These.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
    /// With another one, in the place of the one that was there.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }
    /// Without some.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| !names.contains(&name.as_str()));
        self
    }
    /// All that say something, by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
    /// Refuses parameters that are not among `known`.
    ///
    /// # Errors
    /// `unknown-field` that names it.
    pub fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let Some(unknown) = self.0.keys().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
        let problem =
            Problem::new(ProblemCode::UnknownField, "that parameter is not known").at(format!("?{unknown}"));
        Err(problem.expected(known.join(", ")).into())
    }
    /// A parameter; an empty one counts as absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }
    /// A parameter that must be there.
    ///
    /// # Errors
    /// `missing-field`.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| {
            Problem::new(ProblemCode::MissingField, "a parameter is missing")
                .at(format!("?{name}"))
                .expected("a value")
                .into()
        })
    }
    /// A parameter read as what it is.
    ///
    /// # Errors
    /// `invalid-field` when it is something else.
    pub fn get<T: FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>, Refusal> {
        let read = |text: &str| {
            text.parse().map_err(|_| {
                let problem = Problem::new(ProblemCode::InvalidField, "the parameter cannot be read");
                Refusal::from(problem.at(format!("?{name}")).expected(expected))
            })
        };
        self.text(name).map(read).transpose()
    }
}

/// As the query of an address.
impl std::fmt::Display for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pairs = self.all().map(|(name, value)| format!("{name}={}", in_query(value)));
        f.write_str(&pairs.collect::<Vec<_>>().join("&"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let wrong = |detail: &str, field: String| {
            let problem = Problem::new(ProblemCode::InvalidField, detail).at(field);
            Refusal::from(problem.expected("each parameter once, as UTF-8 text without U+0000"))
        };
        let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let pairs = read.map_err(|_| wrong("the query of the address cannot be read", "?".to_owned()))?.0;
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            let place = format!("?{name}");
            if value.contains('\0') || name.contains('\0') {
                return Err(wrong("a parameter contains U+0000", place));
            }
            if parameters.insert(name, value).is_some() {
                return Err(wrong("a parameter was given twice", place));
            }
        }
        Ok(Self(parameters))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static [u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_key_is_there_once_and_visible() {
        assert_eq!(idempotency_key(&headers(&[(IDEMPOTENCY_KEY, b"a-1")])).unwrap().as_str(), "a-1");
        let long: &'static [u8] = &[b'x'; 129];
        for bad in [
            headers(&[]),
            headers(&[(IDEMPOTENCY_KEY, b"")]),
            headers(&[(IDEMPOTENCY_KEY, b"a b")]),
            headers(&[(IDEMPOTENCY_KEY, "键".as_bytes())]),
            headers(&[(IDEMPOTENCY_KEY, long)]),
            headers(&[(IDEMPOTENCY_KEY, b"a"), (IDEMPOTENCY_KEY, b"b")]),
        ] {
            assert_eq!(idempotency_key(&bad).unwrap_err().problem.code, ProblemCode::InvalidIdempotencyKey);
        }
    }
}
