//! Accounts of people and keys of feeding systems, for administrators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contracts::{OrganisationId, ProblemCode};
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::api_keys::{ApiKey, IssuedApiKey, KeyError, NewApiKey};
use crate::auth::users::{self, Account, PutAccount};
use crate::auth::{Act, Principal};
use crate::cursor::{Page, encode};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody, Parameters, Segments};
use crate::problem::Refusal;
use crate::routes::sessions::failed;
use crate::store::{account, api_key};

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    const TAG: &str = "Access";
    Endpoints::new()
        .add(Endpoint::get("/users", TAG, "The accounts, by name").may(Act::ManageAccess).paged(), list_users)
        .add(
            Endpoint::post("/users", TAG, "Makes an account or changes the one of that name")
                .may(Act::ManageAccess)
                .takes::<PutAccount>()
                .answers::<Account>()
                .gives(200, "The account as it is now"),
            put_user,
        )
        .add(
            Endpoint::get("/api-keys", TAG, "The API keys, by name").may(Act::ManageAccess).paged(),
            list_keys,
        )
        .add(
            Endpoint::post("/api-keys", TAG, "Makes an API key; its secret is shown this once")
                .may(Act::ManageAccess)
                .takes::<NewApiKey>()
                .gives(201, "The key")
                .answers::<IssuedApiKey>()
                .refuses(&[ProblemCode::AlreadyExists]),
            issue_key,
        )
        .add(
            Endpoint::delete("/api-keys/{key}", TAG, "Ends an API key for good")
                .may(Act::ManageAccess)
                .gives(204, "It works no more, within five seconds"),
            revoke_key,
        )
}

/// Where a page by name began.
fn after(page: &Page) -> String {
    page.after.as_str().unwrap_or_default().to_owned()
}

fn next(page: &Page, rows: usize, last: Option<&str>) -> Value {
    let full = u32::try_from(rows).is_ok_and(|rows| rows == page.limit);
    last.filter(|_| full).map_or(Value::Null, |last| encode(&json!(last)).into())
}

async fn list_users(
    State(app): State<App>,
    Caller(caller): Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["cursor", "limit"])?;
    let (users, next) = accounts(&app, caller.organisation(), &parameters).await?;
    Ok(Json(json!({ "users": users, "next": next })))
}

/// A page of the accounts, by name, and where the next one starts.
///
/// # Errors
/// That there is no such page, or that the store cannot be read.
pub async fn accounts(
    app: &App,
    organisation: &OrganisationId,
    parameters: &Parameters,
) -> Result<(Vec<Account>, Value), Refusal> {
    let page = Page::read(parameters)?;
    let found = account::page(&app.pool, organisation, &after(&page), page.limit.into()).await;
    let users = found.map_err(|error| Refusal::store(&error))?;
    let next = next(&page, users.len(), users.last().map(|user| user.name.as_str()));
    Ok((users, next))
}

async fn put_user(
    State(app): State<App>,
    Caller(caller): Caller,
    JsonBody(asked): JsonBody<PutAccount>,
) -> Result<Json<Account>, Refusal> {
    put(&app, &caller, &asked).await.map(Json)
}

/// Makes an account or changes the one of that name.
///
/// # Errors
/// What is wrong with it, or that the store cannot be written.
pub async fn put(app: &App, caller: &Principal, asked: &PutAccount) -> Result<Account, Refusal> {
    let put = users::put(&app.pool, &app.passwords, caller.organisation(), asked, app.now()).await;
    let account = put.map_err(failed)?;
    tracing::info!(by = %caller.key(), person = %account.person, active = account.active, "an account was put");
    Ok(account)
}

async fn list_keys(
    State(app): State<App>,
    Caller(caller): Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["cursor", "limit"])?;
    let (keys, next) = keys(&app, caller.organisation(), &parameters).await?;
    Ok(Json(json!({ "api_keys": keys, "next": next })))
}

/// A page of the API keys, by name, and where the next one starts.
///
/// # Errors
/// That there is no such page, or that the store cannot be read.
pub async fn keys(
    app: &App,
    organisation: &OrganisationId,
    parameters: &Parameters,
) -> Result<(Vec<ApiKey>, Value), Refusal> {
    let page = Page::read(parameters)?;
    let found = api_key::page(&app.pool, organisation, &after(&page), page.limit.into()).await;
    let keys = found.map_err(|error| Refusal::store(&error))?;
    let next = next(&page, keys.len(), keys.last().map(|key| key.name.as_str()));
    Ok((keys, next))
}

async fn issue_key(
    State(app): State<App>,
    Caller(caller): Caller,
    JsonBody(asked): JsonBody<NewApiKey>,
) -> Result<(StatusCode, Json<IssuedApiKey>), Refusal> {
    let key = issue(&app, &caller, &asked).await?;
    Ok((StatusCode::CREATED, Json(key)))
}

/// Makes an API key; its secret is told this once.
///
/// # Errors
/// What is wrong with it, or that the store cannot be written.
pub async fn issue(app: &App, caller: &Principal, asked: &NewApiKey) -> Result<IssuedApiKey, Refusal> {
    let issued = app.api_keys.issue(caller.organisation(), asked, app.now()).await;
    let key = issued.map_err(|error| match error {
        KeyError::Refused(problem) => problem.into(),
        KeyError::Store(error) => Refusal::store(&error),
        KeyError::Randomness(error) => Refusal::defect(&error),
    })?;
    tracing::info!(by = %caller.key(), key = asked.name, "an API key was made");
    Ok(key)
}

async fn revoke_key(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<StatusCode, Refusal> {
    let name: String = segments.get("key")?;
    revoke(&app, &caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends an API key for good.
///
/// # Errors
/// `not-found`, or that the store cannot be written.
pub async fn revoke(app: &App, caller: &Principal, name: &str) -> Result<(), Refusal> {
    let revoked = api_key::revoke(&app.pool, caller.organisation(), name).await;
    if !revoked.map_err(|error| Refusal::store(&error))? {
        return Err(Refusal::not_found("API key"));
    }
    tracing::info!(by = %caller.key(), key = name, "an API key was ended");
    Ok(())
}
