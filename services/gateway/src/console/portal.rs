//! The customer's pages: `/portal/<organisation>`. Nobody signs in; number and code together open one complaint, and stand
//! in a cookie for a while, so that they are in no address, no history and no log.

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contracts::commands::Actor;
use contracts::queries::intake::{CHANNELS, ChannelListed, Tracked};
use contracts::{OrganisationId, ProblemCode, ServiceName, SubjectRef};
use pages::forms::Typed;
use pages::portal::{home, receipt};
use pages::shell::{About, Shell};
use pages::words::portal as words;
use serde_json::json;

use super::answering::{self, Named, onward, page, page_of, put, secret_cookie};
use super::portal_progress::Saying;
use super::sent::Sent;
use super::visitor::Visitor;
use super::{portal_guided, portal_progress, portal_submit};
use crate::app::App;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::events::{self, Reader, Telling};
use crate::routes::public;
use crate::upstream::question;

/// The cookie that holds number and code.
const COMPLAINT: &str = "redress_complaint";
/// How long it is kept, in seconds.
const KEPT: i64 = 30 * 60;
/// The channel by which these pages feed.
pub(super) const CHANNEL: &str = "web";

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/", get(front))
        .route("/portal/{organisation}", get(first))
        .route("/portal/{organisation}/submit", submitting())
        .merge(portal_guided::router())
        .route("/portal/{organisation}/receipt", get(kept))
        .route("/portal/{organisation}/track", post(track))
        .route("/portal/{organisation}/complaint", get(portal_progress::show))
        .route("/portal/{organisation}/complaint/events", get(live))
        .route("/portal/{organisation}/clarify", saying(Saying::Clarification))
        .route("/portal/{organisation}/answer", saying(Saying::Answer))
        .route("/portal/{organisation}/satisfaction", saying(Saying::Satisfaction))
}

fn saying(what: Saying) -> MethodRouter<App> {
    post(move |visitor, organisation, sent| portal_progress::say(what, visitor, organisation, sent))
}

/// Sending a complaint: its files are bounded one by one and its fields too, not the form as a whole.
fn submitting() -> MethodRouter<App> {
    get(portal_submit::show).post(portal_submit::send).layer(DefaultBodyLimit::disable())
}

/// The organisation of this installation; where there are several, staff sign in and customers have an address.
async fn front(State(app): State<App>) -> Response {
    match app.config.default_organisation() {
        Some(organisation) => onward(&base(&organisation)),
        None => onward("/console"),
    }
}

/// Where an organisation's pages begin.
pub(super) fn base(organisation: &OrganisationId) -> String {
    format!("/portal/{organisation}")
}

/// The frame of a customer's page.
pub(super) async fn shell(visitor: &Visitor, organisation: &OrganisationId) -> Shell {
    let mut shell = visitor.shell(Some(organisation), &base(organisation)).await;
    // Whoever is signed in as staff is a customer here.
    (shell.who, shell.places) = (None, Vec::new());
    shell.house = words::TITLE.get(visitor.language).to_owned();
    shell
}

async fn first(
    visitor: Visitor,
    Named(organisation): Named<OrganisationId>,
    parameters: Parameters,
) -> Response {
    let ended = parameters.text("ended").is_some();
    home_page(&visitor, &organisation, (Typed::default(), ended), None).await
}

async fn home_page(
    visitor: &Visitor,
    organisation: &OrganisationId,
    (typed, ended): (Typed, bool),
    refusal: Option<Refusal>,
) -> Response {
    let status = refusal.as_ref().map_or(StatusCode::OK, Refusal::status);
    let problem = refusal.map(|refusal| *refusal.problem);
    let channels = channels(&visitor.app, organisation).await.unwrap_or_default();
    let model = home::Home { base: base(organisation), channels, typed, problem, ended };
    let shell = shell(visitor, organisation).await;
    let content = home::page(&shell.locale, &shell.csrf, &model);
    let title = words::WELCOME.get(visitor.language).to_owned();
    page_of(status, visitor, &shell, &About { title, ..About::default() }, &content)
}

/// The channels and who answers for each.
///
/// # Errors
/// That intake cannot be asked.
pub(super) async fn channels(
    app: &App,
    organisation: &OrganisationId,
) -> Result<Vec<ChannelListed>, Refusal> {
    let query = question(organisation, Actor::Customer, json!({}));
    let found = app.upstream.ask(ServiceName::Intake, CHANNELS, &query).await?;
    serde_json::from_value(found).map_err(|error| Refusal::defect(&error))
}

/// Number and code, as the browser keeps them.
pub(super) struct Opened {
    /// The number.
    pub number: String,
    /// The code.
    pub code: String,
    /// What they open.
    pub tracked: Tracked,
}

/// Has the browser keep number and code.
pub(super) fn keep(visitor: &Visitor, response: &mut Response, number: &str, code: &str) {
    let value = BASE64_URL_SAFE_NO_PAD.encode(format!("{number}\n{code}"));
    put(response.headers_mut(), &secret_cookie(visitor, COMPLAINT, &value, Some(KEPT)));
}

/// The complaint that the browser's number and code open.
///
/// # Errors
/// `not-found` when there are none or they are wrong.
pub(super) async fn opened(visitor: &Visitor, organisation: &OrganisationId) -> Result<Opened, Refusal> {
    let none = || Refusal::not_found("complaint");
    let value = visitor.cookie(COMPLAINT).ok_or_else(none)?;
    let text = BASE64_URL_SAFE_NO_PAD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let (number, code) = text.as_deref().and_then(|text| text.split_once('\n')).ok_or_else(none)?;
    let tracked = public::track(&visitor.app, organisation, number, code).await?;
    Ok(Opened { number: number.to_owned(), code: code.to_owned(), tracked })
}

async fn track(
    State(app): State<App>,
    visitor: Visitor,
    Named(organisation): Named<OrganisationId>,
    sent: Sent,
) -> Response {
    let (number, code) = (sent.text("/number"), sent.text("/code"));
    match public::track(&app, &organisation, &number, &code).await {
        Ok(_) => {
            let mut response = onward(&format!("{}/complaint", base(&organisation)));
            keep(&visitor, &mut response, &number, &code);
            response
        }
        Err(refusal) => home_page(&visitor, &organisation, (sent.typed, false), Some(refusal)).await,
    }
}

async fn kept(visitor: Visitor, Named(organisation): Named<OrganisationId>) -> Response {
    match opened(&visitor, &organisation).await {
        Ok(opened) => {
            let model = receipt::Receipt {
                base: base(&organisation),
                number: opened.number,
                code: opened.code,
                received_at: opened.tracked.received_at,
            };
            let shell = shell(&visitor, &organisation).await;
            let title = words::RECEIPT.get(visitor.language).to_owned();
            let content = receipt::page(&shell.locale, &model);
            page(&visitor, &shell, &About { title, ..About::default() }, &content)
        }
        Err(refusal) => gone(&visitor, &organisation, &refusal).await,
    }
}

/// What cannot be shown: without number and code, back to where they are typed, which says why.
pub(super) async fn gone(visitor: &Visitor, organisation: &OrganisationId, refusal: &Refusal) -> Response {
    if refusal.problem.code == ProblemCode::NotFound {
        return onward(&format!("{}?ended=1", base(organisation)));
    }
    answering::refused(visitor, refusal, &base(organisation)).await
}

async fn live(
    State(app): State<App>,
    visitor: Visitor,
    Named(organisation): Named<OrganisationId>,
) -> Result<Response, Refusal> {
    let opened = opened(&visitor, &organisation).await?;
    let subject = SubjectRef::complaint(&organisation, opened.tracked.complaint);
    let until = app.now().as_second() + KEPT;
    events::follow(app, subject, None, (Reader::Customer(until), Telling::ThatItChanged)).await
}
