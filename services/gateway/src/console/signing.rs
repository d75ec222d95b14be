//! Signing in and out, and how somebody likes to read: language, light or dark.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use contracts::ProblemCode;
use pages::shell::{About, Theme};
use pages::sign_in::SignIn as Page;
use pages::words::shell as words;
use secrecy::SecretString;

use super::answering::{self, onward, page_of, put, secret_cookie};
use super::sent::Sent;
use super::visitor::{self, LANGUAGE, Member, SESSION, THEME, Visitor, new_secret};
use crate::app::App;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::sessions::{self, SignIn};
use crate::store::browser_session;

/// How long a choice of language or appearance is remembered, in seconds.
const REMEMBERED: i64 = 365 * 86_400;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console", get(first))
        .route("/console/sign-in", get(show).post(sign_in))
        .route("/console/sign-out", post(sign_out))
        .route("/console/here", get(here))
        .route("/preferences", post(prefer))
}

/// The first page of somebody's day.
async fn first(member: Member) -> Response {
    let first = member.visitor.places().into_iter().next().unwrap_or(pages::shell::Place::Work);
    onward(first.address())
}

async fn show(visitor: Visitor, parameters: Parameters) -> Response {
    let back = parameters.text("back").and_then(answering::ours).unwrap_or("/console").to_owned();
    if visitor.staff.is_some() {
        return onward(&back);
    }
    let again = parameters.text("again").is_some();
    sheet(&visitor, Page { back, again, ..Page::default() }).await
}

/// The page, with what was refused.
async fn sheet(visitor: &Visitor, mut model: Page) -> Response {
    let usual = visitor.app.config.default_organisation();
    let own = model.typed.0.entry("/organisation".to_owned()).or_default();
    if own.is_empty()
        && let Some(usual) = &usual
    {
        *own = usual.to_string();
    }
    model.portal = "/".to_owned();
    let status = model.problem.as_ref().map_or(200, |problem| problem.code.status());
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let mut shell = visitor.shell(None, "/console").await;
    shell.path = format!("/console/sign-in?back={}", answering::in_query(&model.back));
    let content = pages::sign_in::page(&shell.locale, &shell.csrf, &model);
    let title = words::SIGN_IN.get(visitor.language).to_owned();
    page_of(status, visitor, &shell, &About { title, ..About::default() }, &content)
}

async fn sign_in(State(app): State<App>, visitor: Visitor, sent: Sent) -> Response {
    let back = sent.back("/console");
    match begin(&app, &visitor, &sent).await {
        Ok(secret) => {
            let mut response = onward(&back);
            // Until the browser is closed; the store says when it is over before.
            put(response.headers_mut(), &secret_cookie(&visitor, SESSION, &secret, None));
            response
        }
        Err(refusal) => {
            let mut typed = sent.typed;
            typed.0.remove("password");
            sheet(&visitor, Page { typed, back, problem: Some(*refusal.problem), ..Page::default() }).await
        }
    }
}

/// Begins a session; a new secret each time, so that one that was known before is worth nothing.
async fn begin(app: &App, visitor: &Visitor, sent: &Sent) -> Result<String, Refusal> {
    let asked = SignIn {
        organisation: sent.typed.get("/organisation").map(str::to_owned),
        name: sent.text("/name"),
        password: SecretString::from(sent.typed.0.get("password").cloned().unwrap_or_default()),
    };
    let account = match sessions::opened(app, visitor.address, &asked).await {
        // An organisation that cannot be one looks like a wrong name.
        Err(refusal) if refusal.problem.code == ProblemCode::InvalidField => {
            return Err(Refusal::not_signed_in("name or password is wrong"));
        }
        other => other?,
    };
    let secret = new_secret()?;
    let now = app.now();
    let until = now + jiff::SignedDuration::try_from(app.config.session_life).unwrap_or_default();
    let added = browser_session::add(&app.pool, &visitor::hash(&secret), &account, now, until).await;
    added.map_err(|error| Refusal::store(&error))?;
    Ok(secret)
}

async fn sign_out(State(app): State<App>, visitor: Visitor, _: Sent) -> Response {
    if let Some(staff) = &visitor.staff {
        if let Err(error) = browser_session::end(&app.pool, &visitor::hash(visitor.secret())).await {
            return answering::refused(&visitor, &Refusal::store(&error), "/console").await;
        }
        app.signed_in.end(staff);
    }
    let mut response = onward("/console/sign-in");
    put(response.headers_mut(), &secret_cookie(&visitor, SESSION, "", Some(0)));
    response
}

/// Somebody is at the page, typing: that they are there is noted with any request of theirs.
async fn here(_: Member) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Remembers how somebody likes to read.
async fn prefer(visitor: Visitor, sent: Sent) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(language @ ("zh" | "en")) = sent.typed.get("language") {
        put(&mut headers, &secret_cookie(&visitor, LANGUAGE, language, Some(REMEMBERED)));
    }
    if let Some(theme) = sent.typed.get("theme") {
        let theme = Theme::read(theme).as_str();
        put(&mut headers, &secret_cookie(&visitor, THEME, theme, Some(REMEMBERED)));
    }
    (headers, onward(&sent.back("/"))).into_response()
}
