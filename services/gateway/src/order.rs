//! A command made of a request: who, under which key, on which version, and its answer as HTTP.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bus::Traceparent;
use contracts::commands::{Actor, Command, Verb};
use contracts::{CommandId, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef};
use serde_json::Value;

use crate::app::App;
use crate::auth::Principal;
use crate::extract::{Caller, idempotency_key, if_match};
use crate::problem::Refusal;
use crate::tags::Tag;
use crate::upstream::Done;

/// Says that this is the first answer, given again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Who orders, under which key, on which version.
#[derive(Debug, Clone)]
pub struct Orderer {
    /// Who.
    pub principal: Principal,
    /// The key, as one of theirs.
    pub key: CommandId,
    expected: Option<Tag>,
    trace: Option<String>,
}

impl FromRequestParts<App> for Orderer {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let Caller(principal) = Caller::from_request_parts(parts, app).await?;
        let key = principal.command_id(&idempotency_key(&parts.headers)?);
        Ok(Self { principal, key, expected: if_match(&parts.headers)?, trace: trace(&parts.headers) })
    }
}

/// Whoever gives an order: also a customer, who has no sign-in.
#[derive(Debug, Clone)]
pub struct Giver {
    /// Whose.
    pub organisation: OrganisationId,
    /// Who.
    pub actor: Actor,
    /// The key, as one of theirs.
    pub key: CommandId,
}

impl Giver {
    /// Has it done.
    ///
    /// # Errors
    /// What the service refuses, or that it cannot be asked.
    pub async fn order<V: Verb>(&self, app: &App, subject: SubjectRef, body: Value) -> Result<Done, Refusal> {
        let command = command(&self.key, subject, V::VERB, self.actor.clone(), body)?;
        app.upstream.order(V::SERVICE, &command).await
    }

    /// The same giver for a part of what was asked, under a key of its own.
    ///
    /// # Errors
    /// `invalid-idempotency-key` when the key is too long for that.
    pub fn part(&self, part: &str) -> Result<Self, Refusal> {
        let key = CommandId::new(format!("{}.{part}", self.key)).map_err(|_| {
            let problem = Problem::new(ProblemCode::InvalidIdempotencyKey, "the key is too long here");
            Refusal::from(problem.at("Idempotency-Key").expected("at most 96 characters"))
        })?;
        Ok(Self { key, ..self.clone() })
    }
}

impl Orderer {
    /// An orderer under a key that comes from what was sent, a mail or a page's form, not from a header.
    #[must_use]
    pub fn keyed(principal: Principal, key: &CommandId, headers: &HeaderMap) -> Self {
        let key = principal.command_id(key);
        Self { principal, key, expected: None, trace: trace(headers) }
    }

    /// The one who gives the parts of what was asked.
    #[must_use]
    pub fn giver(&self) -> Giver {
        Giver {
            organisation: self.principal.organisation().clone(),
            actor: self.principal.actor(),
            key: self.key.clone(),
        }
    }

    /// Has it done.
    ///
    /// # Errors
    /// What the service refuses, or that it cannot be asked.
    pub async fn order(
        &self,
        app: &App,
        service: ServiceName,
        subject: SubjectRef,
        verb: &str,
        body: Value,
    ) -> Result<Done, Refusal> {
        let expected = self.expected.as_ref().map(|tag| tag.version_of(service)).transpose()?;
        let command = command(&self.key, subject, verb, self.principal.actor(), body)?;
        let command = Command { expected_version: expected, traceparent: self.trace.clone(), ..command };
        app.upstream.order(service, &command).await
    }
}

/// The trace context to hand on: of the request's own span, or, where this process records no traces, of the caller.
fn trace(headers: &HeaderMap) -> Option<String> {
    let caller = || Traceparent::parse(headers.get("traceparent")?.to_str().ok()?);
    runtime::telemetry::current_traceparent().or_else(|| caller().map(|trace| trace.as_str().to_owned()))
}

/// A command; its body must be a JSON object.
///
/// # Errors
/// `invalid-field` for a body of another kind.
pub fn command(
    key: &CommandId,
    subject: SubjectRef,
    verb: &str,
    actor: Actor,
    body: Value,
) -> Result<Command, Refusal> {
    if !body.is_object() {
        let problem = Problem::new(ProblemCode::InvalidField, "the body is not an object").at("");
        return Err(problem.expected("a JSON object").into());
    }
    Ok(Command {
        id: key.clone(),
        subject,
        verb: verb.to_owned(),
        actor,
        expected_version: None,
        traceparent: runtime::telemetry::current_traceparent(),
        body,
    })
}

/// What is done, as an answer: 200 with the version as `ETag`.
#[must_use]
pub fn answer(service: ServiceName, done: Done) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(tag) = Tag::of(service, done.version).header() {
        headers.insert(header::ETAG, tag);
    }
    if done.repeated {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    (StatusCode::OK, headers, Json(done.body)).into_response()
}
