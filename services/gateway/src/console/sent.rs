//! A form that was sent: only one of ours, read within the limits of every body.

use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use contracts::{CommandId, Problem, ProblemCode};
use pages::forms::Typed;

use super::answering;
use super::visitor::{Visitor, new_key};
use crate::app::App;
use crate::extract::{read_body, require_type};
use crate::problem::Refusal;

/// A form.
#[derive(Debug, Clone)]
pub struct Sent {
    /// What was typed.
    pub typed: Typed,
    /// The key under which it is done once.
    pub key: CommandId,
}

impl Sent {
    /// What stands in a field that must be there.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.typed.get(name).unwrap_or_default().to_owned()
    }

    /// What stands in a hidden field, as what it is.
    ///
    /// # Errors
    /// `invalid-field` when it is something else, which no form of ours sends.
    pub fn get<T: std::str::FromStr>(&self, name: &str) -> Result<T, Refusal> {
        self.text(name).parse().map_err(|_| self.not_ours(&format!("/{name}")))
    }

    /// The refusal of a form that does not say what those of ours say.
    #[must_use]
    pub fn not_ours(&self, place: &str) -> Refusal {
        let problem = Problem::new(ProblemCode::InvalidField, "the form is not one of ours");
        problem.at(place).expected("the value that the page had").into()
    }

    /// Where to go on from here.
    #[must_use]
    pub fn back(&self, otherwise: &str) -> String {
        let back = self.typed.get("back").and_then(answering::ours);
        back.unwrap_or(otherwise).to_owned()
    }
}

impl FromRequest<App> for Sent {
    type Rejection = Response;
    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor =
            Visitor::from_request_parts(&mut parts, app).await.map_err(IntoResponse::into_response)?;
        match read(request_of(parts, body), app, &visitor).await {
            Ok(sent) => Ok(sent),
            Err(refusal) => Err(answering::refused(&visitor, &refusal, "/").await),
        }
    }
}

fn request_of(parts: axum::http::request::Parts, body: Body) -> Request {
    Request::from_parts(parts, body)
}

async fn read(request: Request, app: &App, visitor: &Visitor) -> Result<Sent, Refusal> {
    let kind = "application/x-www-form-urlencoded";
    require_type(request.headers(), kind, |found| found == kind)?;
    let (parts, body) = request.into_parts();
    let bytes = read_body(app, body, app.config.json_max_bytes).await?;
    let request = Request::from_parts(parts, Body::from(bytes));
    let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, &()).await.map_err(|_| {
        let problem = Problem::new(ProblemCode::MalformedJson, "the form cannot be read");
        Refusal::from(problem.at("").expected("a form as a browser sends it"))
    })?;
    of_pairs(pairs, visitor)
}

/// Makes a form of what was sent, if it is one of ours.
///
/// # Errors
/// `not-allowed` for a form that another site made, or whose page is too old.
pub fn of_pairs(pairs: Vec<(String, String)>, visitor: &Visitor) -> Result<Sent, Refusal> {
    let typed = Typed(pairs.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect());
    let ours = typed.get("csrf") == Some(visitor.csrf().as_str()) && !visitor.is_new;
    if !ours || visitor.is_from_elsewhere() {
        let problem = Problem::new(ProblemCode::NotAllowed, "the form is too old, or of another site");
        return Err(problem.at(pages::refusal::TOKEN).expected("a form of this page").into());
    }
    let key = typed.get("key").map_or_else(new_key, str::to_owned);
    let key = CommandId::new(key).map_err(|_| {
        let problem = Problem::new(ProblemCode::InvalidIdempotencyKey, "the form's key is malformed");
        Refusal::from(problem.at("/key").expected("the key that the page had"))
    })?;
    Ok(Sent { typed, key })
}
