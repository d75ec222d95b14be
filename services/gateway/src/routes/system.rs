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
use crate::upstream::question;

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
        .add(get("/system/status", "How every service is: outbox, held, parked, late timers, lag"), status)
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
    let asked = ServiceName::ALL.iter().map(|service| async {
        (*service, app.upstream.ask_machine(*service, queries::STATUS, &Value::Null).await)
    });
    let mut services = Map::new();
    for (service, status) in join_all(asked).await {
        let shown = status.unwrap_or_else(|refusal| json!({ "away": true, "why": refusal.problem.detail }));
        services.insert(service.to_string(), shown);
    }
    Json(json!({ "services": services }))
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
    let page = Page::read(&parameters)?;
    let body = if page.after.is_null() { json!({}) } else { json!({ "after": page.after }) };
    let mut parked = ask(&app, &caller, segments.get("service")?, body).await?;
    seal(&mut parked);
    Ok(Json(parked))
}

async fn show(State(app): State<App>, caller: Caller, segments: Segments) -> Result<Json<Value>, Refusal> {
    let id: Uuid = segments.get("id")?;
    ask(&app, &caller, segments.get("service")?, json!({ "id": id })).await.map(Json)
}

async fn replay(
    State(app): State<App>,
    caller: Caller,
    orderer: Orderer,
    segments: Segments,
    JsonBody(why): JsonBody<Settle>,
) -> Result<Response, Refusal> {
    settle(&app, &caller, &orderer, &segments, REPLAY, why).await
}

async fn skip(
    State(app): State<App>,
    caller: Caller,
    orderer: Orderer,
    segments: Segments,
    JsonBody(why): JsonBody<Settle>,
) -> Result<Response, Refusal> {
    settle(&app, &caller, &orderer, &segments, DROP, why).await
}

async fn settle(
    app: &App,
    caller: &Caller,
    orderer: &Orderer,
    segments: &Segments,
    verb: &str,
    why: Settle,
) -> Result<Response, Refusal> {
    let (service, id): (ServiceName, Uuid) = (segments.get("service")?, segments.get("id")?);
    let parked = ask(app, caller, service, json!({ "id": id })).await?;
    let subject: SubjectRef = serde_json::from_value(parked["subject"].clone())
        .map_err(|_| Refusal::new(ProblemCode::Internal, "the service does not say what it parked"))?;
    let body = json!({ "id": id, "reason": why.reason });
    let done = orderer.order(app, service, subject, verb, body).await?;
    Ok(answer(service, done))
}
