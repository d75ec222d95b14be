//! The router: every resource, the documentation, the problems, and what is answered to everything else.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use contracts::ProblemCode;
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::app::App;
use crate::problem::{self, Refusal};
use crate::{console, edge, language, openapi, routes};

/// Where the OpenAPI document is.
pub const DOCUMENT: &str = "/api/openapi.json";
/// Where it can be browsed.
pub const DOCS: &str = "/api/docs";

/// The whole router.
pub fn router(app: App) -> Router {
    let (resources, listed) = routes::all().into_parts();
    let document = openapi::document(&listed);
    let docs: Router<App> = SwaggerUi::new(DOCS).config(Config::from(DOCUMENT)).into();
    Router::new()
        .nest(openapi::BASE, resources)
        .route(DOCUMENT, get(async move || Json(document.clone())))
        .merge(docs)
        .merge(console::router())
        .route("/problems", get(problems))
        .route("/problems/{code}", get(one_problem))
        .fallback(async || Refusal::new(ProblemCode::NotFound, "there is nothing at this address"))
        .method_not_allowed_fallback(async || {
            Refusal::new(ProblemCode::MethodNotAllowed, "this address does not take that method")
        })
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(from_fn(language::speak))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), edge::pass))
        .with_state(app)
}

/// Whether the reader wants a page rather than JSON.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

async fn problems(State(_): State<App>, headers: HeaderMap) -> Response {
    if wants_page(&headers) {
        problem::page(None).into_response()
    } else {
        Json(problem::catalogue()).into_response()
    }
}

async fn one_problem(Path(code): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    let code = problem::code(&code).ok_or_else(|| Refusal::not_found("problem"))?;
    if wants_page(&headers) {
        return Ok(problem::page(Some(code)).into_response());
    }
    let all = problem::catalogue();
    let found =
        all["problems"].as_array().and_then(|all| all.iter().find(|one| one["code"] == code.as_str()));
    Ok(Json(found.cloned().unwrap_or(Value::Null)).into_response())
}
