//! How the system is: each service's status, and what it has parked for a person to settle.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use contracts::commands::parked::{DROP, REPLAY};
use contracts::{ProblemCode, ServiceName, SubjectRef, queries};
use futures::future::join_all;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Act;
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody, Parameters, Segments};
use crate::order::{Orderer, answer};
use crate::problem::Refusal;
use crate::upstream::{Done, question};

const TAG: &str = "System";

/// Why a parked message is replayed or dropped.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    /// Why; at most 500 characters.
    pub reason: String,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let get = |path, summary| Endpoint::get(path, TAG, summary).may(Act::ReadSystem);
    let order = |path, summary| {
        Endpoint::order(Method::POST, path, TAG, summary).may(Act::SettleParked).takes::<Settle>()
    };
    Endpoints::new()
        .add(
            get("/system/status", "How every service is: replicas, outbox, held, parked, late timers, lag"),
            status,
        )
        .add(
            get("/system/{service}/parked", "What a service has parked, oldest first")
                .with("cursor", "The `next` of the page before"),
            list,
        )
        .add(get("/system/{service}/parked/{id}", "One parked message with its bytes"), show)
        .add(order("/system/{service}/parked/{id}/replay", "Handles a parked message again"), replay)
        .add(order("/system/{service}/parked/{id}/drop", "Skips a parked message for good"), skip)
}

async fn status(State(app): State<App>) -> Json<Value> {
    let services = every_status(&app).await;
    Json(
        json!({ "services": services.into_iter().map(|(service, shown)| (service.to_string(), shown)).collect::<Map<_, _>>() }),
    )
}

/// How every service says that it is, with how many programs of it answer; `{away, why}` of one that does not.
pub async fn every_status(app: &App) -> Vec<(ServiceName, Value)> {
    let asked = ServiceName::ALL.iter().map(|service| async {
        (*service, app.upstream.ask_machine(*service, queries::STATUS, &Value::Null).await)
    });
    let (answers, replicas) = futures::join!(join_all(asked), app.upstream.replicas());
    let shown = answers.into_iter().map(|(service, status)| {
        let mut shown =
            status.unwrap_or_else(|refusal| json!({ "away": true, "why": refusal.problem.detail }));
        shown["replicas"] = replicas.get(service.as_str()).copied().unwrap_or(0).into();
        (service, shown)
    });
    shown.collect()
}

async fn ask(
    app: &App,
    Caller(caller): &Caller,
    service: ServiceName,
    body: Value,
) -> Result<Value, Refusal> {
    let query = question(caller.organisation(), caller.actor(), body);
    app.upstream.ask(service, queries::PARKED, &query).await
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    segments: Segments,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["cursor"])?;
    parked(&app, &caller, segments.get("service")?, &parameters).await.map(Json)
}

/// A page of what `service` has parked, oldest first.
///
/// # Errors
/// That it cannot be asked, or that there is no such page.
pub async fn parked(
    app: &App,
    caller: &Caller,
    service: ServiceName,
    parameters: &Parameters,
) -> Result<Value, Refusal> {
    let page = Page::read(parameters)?;
    let body = if page.after.is_null() { json!({}) } else { json!({ "after": page.after }) };
    let mut parked = ask(app, caller, service, body).await?;
    seal(&mut parked);
    Ok(parked)
}

async fn show(State(app): State<App>, caller: Caller, segments: Segments) -> Result<Json<Value>, Refusal> {
    parked_one(&app, &caller, segments.get("service")?, segments.get("id")?).await.map(Json)
}

/// One parked message with its bytes.
///
/// # Errors
/// That the service cannot be asked, or has none of that id.
pub async fn parked_one(
    app: &App,
    caller: &Caller,
    service: ServiceName,
    id: Uuid,
) -> Result<Value, Refusal> {
    ask(app, caller, service, json!({ "id": id })).await
}

async fn replay(
    State(app): State<App>,
    caller: Caller,
    orderer: Orderer,
    segments: Segments,
    JsonBody(why): JsonBody<Settle>,
) -> Result<Response, Refusal> {
    let which = (segments.get("service")?, segments.get("id")?);
    settle(&app, &caller, &orderer, which, (REPLAY, why)).await.map(|done| answer(which.0, done))
}

async fn skip(
    State(app): State<App>,
    caller: Caller,
    orderer: Orderer,
    segments: Segments,
    JsonBody(why): JsonBody<Settle>,
) -> Result<Response, Refusal> {
    let which = (segments.get("service")?, segments.get("id")?);
    settle(&app, &caller, &orderer, which, (DROP, why)).await.map(|done| answer(which.0, done))
}

/// Handles a parked message again ([`REPLAY`]) or skips it for good ([`DROP`]).
///
/// # Errors
/// What the service refuses, or that it has none of that id.
pub async fn settle(
    app: &App,
    caller: &Caller,
    orderer: &Orderer,
    (service, id): (ServiceName, Uuid),
    (verb, why): (&str, Settle),
) -> Result<Done, Refusal> {
    let parked = parked_one(app, caller, service, id).await?;
    let subject: SubjectRef = serde_json::from_value(parked["subject"].clone())
        .map_err(|_| Refusal::new(ProblemCode::Internal, "the service does not say what it parked"))?;
    let body = json!({ "id": id, "reason": why.reason });
    orderer.order(app, service, subject, verb, body).await
}
