//! What a published version of a calendar or playbook would do to open cases, and applying it to them. Both are
//! for administrators: they concern the cases of everybody.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use contracts::commands::Verb;
use contracts::commands::routing::{ApplyCalendar, ApplyPlaybook};
use contracts::queries::routing::{PREVIEW, PreviewPage};
use contracts::{CalendarId, PlaybookId, Problem, ProblemCode, ServiceName, SubjectRef};
use serde::Deserialize;
use serde_json::{Value, json};

use super::settings::TAG;
use crate::app::App;
use crate::auth::Act;
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody, Parameters, Segments};
use crate::order::{Orderer, answer};
use crate::problem::Refusal;
use crate::upstream::question;

/// Why a version is applied. Only describes the body: routing reads it.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what routing reads")]
pub struct Applying {
    /// Why; at most 500 characters.
    reason: String,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let preview = |path, summary| {
        Endpoint::get(path, TAG, summary).may(Act::ChangeSettings).paged().answers::<PreviewPage>()
    };
    let apply = |path, summary| {
        Endpoint::order(Method::POST, path, TAG, summary)
            .may(Act::ChangeSettings)
            .takes::<Applying>()
            .gives(200, "Said; each open case follows, some hundred at a time")
    };
    Endpoints::new()
        .add(
            preview(
                "/calendars/{calendar}/versions/{version}/preview",
                "What a calendar would do to the clocks of open cases",
            ),
            preview_calendar,
        )
        .add(
            apply(
                "/calendars/{calendar}/versions/{version}/apply",
                "Moves the clocks of open cases to a version of a calendar",
            )
            .refuses(&[ProblemCode::AlreadyExists]),
            apply_calendar,
        )
        .add(
            preview(
                "/playbooks/{playbook}/versions/{version}/preview",
                "What a playbook would do to open cases, and which cannot follow it",
            )
            .refuses(&[ProblemCode::UnknownPlaybook]),
            preview_playbook,
        )
        .add(
            apply(
                "/playbooks/{playbook}/versions/{version}/apply",
                "Lets open cases follow a version of their playbook",
            )
            .refuses(&[
                ProblemCode::UnknownPlaybook,
                ProblemCode::UnknownDepartment,
                ProblemCode::AlreadyExists,
            ]),
            apply_playbook,
        )
}

/// The version that an address names, as `{id, version}`.
fn named<K>(segments: &Segments, name: &str) -> Result<Value, Refusal>
where
    K: std::str::FromStr + serde::Serialize,
{
    let (id, version): (K, u32) = (segments.get(name)?, segments.get("version")?);
    Ok(json!({ "id": id, "version": version }))
}

/// What a version would do to open cases: `body` names it.
///
/// # Errors
/// What routing refuses, or that it cannot be asked.
pub async fn preview(
    app: &App,
    Caller(caller): &Caller,
    parameters: &Parameters,
    mut body: Value,
) -> Result<Value, Refusal> {
    parameters.only(&["cursor", "limit"])?;
    Page::read(parameters)?.put(&mut body);
    let query = question(caller.organisation(), caller.actor(), body);
    let mut page = app.upstream.ask(ServiceName::Routing, PREVIEW, &query).await?;
    seal(&mut page);
    Ok(page)
}

async fn preview_calendar(
    State(app): State<App>,
    caller: Caller,
    segments: Segments,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    let calendar = named::<CalendarId>(&segments, "calendar")?;
    preview(&app, &caller, &parameters, json!({ "calendar": calendar })).await.map(Json)
}

async fn preview_playbook(
    State(app): State<App>,
    caller: Caller,
    segments: Segments,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    let playbook = named::<PlaybookId>(&segments, "playbook")?;
    preview(&app, &caller, &parameters, json!({ "playbook": playbook })).await.map(Json)
}

/// Orders `V` with what the body says and what the address names under `name`.
async fn apply<V: Verb>(
    app: &App,
    orderer: &Orderer,
    (name, version): (&str, Value),
    mut body: Value,
) -> Result<Response, Refusal> {
    let Some(fields) = body.as_object_mut() else {
        let problem = Problem::new(ProblemCode::InvalidField, "the body is not an object").at("");
        return Err(problem.expected("an object").into());
    };
    if fields.insert(name.to_owned(), version).is_some() {
        let problem = Problem::new(ProblemCode::UnknownField, "the version stands in the address");
        return Err(problem.at(format!("/{name}")).expected("nothing of it in the body").into());
    }
    let subject = SubjectRef::organisation(orderer.principal.organisation());
    let done = orderer.order(app, V::SERVICE, subject, V::VERB, body).await?;
    Ok(answer(V::SERVICE, done))
}

async fn apply_calendar(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    let calendar = named::<CalendarId>(&segments, "calendar")?;
    apply::<ApplyCalendar>(&app, &orderer, ("calendar", calendar), body).await
}

async fn apply_playbook(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    let playbook = named::<PlaybookId>(&segments, "playbook")?;
    apply::<ApplyPlaybook>(&app, &orderer, ("playbook", playbook), body).await
}
