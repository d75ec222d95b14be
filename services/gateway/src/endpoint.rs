//! Routes with their documentation: what is not described here is not served, and who may ask stands beside it.

use std::net::IpAddr;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use contracts::ProblemCode;
use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema};

use crate::app::App;
use crate::auth::{Act, Principal};
use crate::extract::address;
use crate::problem::Refusal;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Anybody, at the pace of the sign-in or the public pages, which the handler counts itself.
    Nothing,
    /// Anybody, counted by address.
    Address,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever may do this.
    Act(Act),
}

/// Makes the schema of a body.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of `T`.
pub fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// What a request or an answer carries.
#[derive(Debug, Clone, Copy)]
pub struct Content {
    /// Its media type.
    pub media: &'static str,
    /// Its schema, where there is one.
    pub schema: Option<SchemaOf>,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path under `/api/v1`.
    pub path: &'static str,
    /// The group it is shown in.
    pub tag: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Who may ask.
    pub need: Need,
    /// Parameters of the address with their meaning.
    pub parameters: Vec<(&'static str, &'static str)>,
    /// Whether an `Idempotency-Key` is required and `If-Match` understood.
    pub is_order: bool,
    /// The body it takes.
    pub body: Option<Content>,
    /// The status of success, and what it means.
    pub success: (u16, &'static str),
    /// What success carries.
    pub answer: Content,
    /// Problems of its own, beside those that everything has.
    pub problems: Vec<ProblemCode>,
}

const JSON: Content = Content { media: "application/json", schema: None };

impl Endpoint {
    fn new(method: Method, path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            tag,
            summary,
            need: Need::SignedIn,
            parameters: Vec::new(),
            is_order: false,
            body: None,
            success: (200, "As asked for"),
            answer: JSON,
            problems: Vec::new(),
        }
    }
    /// One that reads.
    #[must_use]
    pub fn get(path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self::new(Method::GET, path, tag, summary)
    }
    /// One that takes a body and does something at the edge alone.
    #[must_use]
    pub fn post(path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self::new(Method::POST, path, tag, summary)
    }
    /// One that removes something at the edge alone.
    #[must_use]
    pub fn delete(path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self::new(Method::DELETE, path, tag, summary)
    }
    /// One that becomes a command: it needs an `Idempotency-Key`.
    #[must_use]
    pub fn order(method: Method, path: &'static str, tag: &'static str, summary: &'static str) -> Self {
        let mut endpoint = Self::new(method, path, tag, summary);
        endpoint.is_order = true;
        endpoint.success = (200, "Done and on record");
        endpoint.problems = vec![
            ProblemCode::InvalidIdempotencyKey,
            ProblemCode::KeyReused,
            ProblemCode::StaleVersion,
            ProblemCode::NotFound,
            ProblemCode::InvalidField,
            ProblemCode::OutcomeUnknown,
        ];
        endpoint
    }
    /// Who may ask.
    #[must_use]
    pub const fn needs(mut self, need: Need) -> Self {
        self.need = need;
        self
    }
    /// Whoever may do `act`.
    #[must_use]
    pub const fn may(self, act: Act) -> Self {
        self.needs(Need::Act(act))
    }
    /// A JSON body of type `T`.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Self {
        self.body = Some(Content { media: "application/json", schema: Some(schema::<T>) });
        self
    }
    /// A body of another kind.
    #[must_use]
    pub const fn takes_media(mut self, media: &'static str) -> Self {
        self.body = Some(Content { media, schema: None });
        self
    }
    /// What success means.
    #[must_use]
    pub const fn gives(mut self, status: u16, meaning: &'static str) -> Self {
        self.success = (status, meaning);
        self
    }
    /// The type of what it answers.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self) -> Self {
        self.answer = Content { media: "application/json", schema: Some(schema::<T>) };
        self
    }
    /// The media type of what it answers.
    #[must_use]
    pub const fn answers_media(mut self, media: &'static str) -> Self {
        self.answer = Content { media, schema: None };
        self
    }
    /// A parameter of the address.
    #[must_use]
    pub fn with(mut self, name: &'static str, meaning: &'static str) -> Self {
        self.parameters.push((name, meaning));
        self
    }
    /// Pages by cursor.
    #[must_use]
    pub fn paged(self) -> Self {
        self.with("cursor", "The `next` of the page before")
            .with("limit", "Rows of a page, 1 to 200; 50 when absent")
    }
    /// A problem of its own.
    #[must_use]
    pub fn refuses(mut self, codes: &[ProblemCode]) -> Self {
        self.problems.extend_from_slice(codes);
        self
    }

    /// The names of the parameters.
    #[must_use]
    pub fn parameter_names(&self) -> Vec<&'static str> {
        self.parameters.iter().map(|(name, _)| *name).collect()
    }
}

/// Routes and their documentation.
#[derive(Debug, Default)]
pub struct Endpoints {
    router: Router<App>,
    listed: Vec<Endpoint>,
}

impl Endpoints {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    #[must_use]
    pub fn add<H, T>(mut self, endpoint: Endpoint, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(endpoint.method.clone()).unwrap_or(MethodFilter::GET);
        let need = endpoint.need;
        let guarded = on(filter, handler).layer(from_fn(move |request, next| guard(need, request, next)));
        self.router = self.router.route(endpoint.path, guarded);
        self.listed.push(endpoint);
        self
    }

    /// Adds those of another resource.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.listed.extend(other.listed);
        self
    }

    /// The routes, and what there is to say about them.
    pub fn into_parts(self) -> (Router<App>, Vec<Endpoint>) {
        (self.router, self.listed)
    }
}

/// Lets in who may ask, and no more often than they may.
async fn guard(need: Need, mut request: Request, next: Next) -> Response {
    let Some(app) = request.extensions().get::<App>().cloned() else {
        return Refusal::new(ProblemCode::Internal, "the request could not be handled").into_response();
    };
    let address = address(&app, request.extensions(), request.headers());
    match admit(need, &app, address, request.headers()).await {
        Ok(Some(principal)) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Ok(None) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn admit(
    need: Need,
    app: &App,
    address: IpAddr,
    headers: &HeaderMap,
) -> Result<Option<Principal>, Refusal> {
    let act = match need {
        Need::Nothing => return Ok(None),
        Need::Address => {
            app.limits.public(address)?;
            return Ok(None);
        }
        Need::SignedIn => None,
        Need::Act(act) => Some(act),
    };
    let principal = crate::authenticate::authenticate(app, headers).await?;
    app.limits.principal(&principal)?;
    if act.is_some_and(|act| !principal.may(act, &app.config.roles)) {
        return Err(Refusal::not_allowed("none of your roles may do this", "somebody with a role that may"));
    }
    Ok(Some(principal))
}
