//! Playbooks, calendars, the directory and absences: read by staff, changed by administrators.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use contracts::commands::{Verb, routing};
use contracts::queries::routing::{self as ask, PlaybookChecked};
use contracts::{OrganisationId, PersonId, PlaybookId, Problem, ProblemCode, ServiceName, SubjectRef};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{Act, Reach};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, CsvBody, JsonBody, Parameters, Segments, YamlBody};
use crate::order::{Orderer, answer};
use crate::problem::Refusal;
use crate::upstream::{Done, question};

pub(super) const TAG: &str = "Playbooks, calendars, directory";

/// When a person is away. Only describes the body: routing reads it.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
pub struct Absences {
    /// All their absences from now on.
    #[serde(default)]
    pub absences: Vec<contracts::messages::directory_changed::Absence>,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    reading().merge(changing())
}

fn reading() -> Endpoints {
    let get = |path, summary| Endpoint::get(path, TAG, summary).may(Act::ReadSettings);
    Endpoints::new()
        .add(get("/playbooks", "The published playbooks with their versions"), playbooks)
        .add(
            get("/playbooks/{playbook}", "The document of a playbook")
                .with("version", "Which version; the newest when absent"),
            playbook,
        )
        .add(
            get("/activations", "The playbooks that were, are and will be in force")
                .answers::<ask::Activations>(),
            activations,
        )
        .add(get("/calendars", "The working calendars"), calendars)
        .add(get("/directory", "Departments and people"), directory)
}

fn changing() -> Endpoints {
    let checking = Endpoint::post("/playbooks/check", TAG, "Tells every mistake in the text of a playbook");
    let order = |method, path, summary| Endpoint::order(method, path, TAG, summary).may(Act::ChangeSettings);
    Endpoints::new()
        .add(
            checking
                .may(Act::ChangeSettings)
                .takes_media("application/yaml")
                .answers::<PlaybookChecked>()
                .refuses(&[ProblemCode::TooLarge]),
            check_playbook,
        )
        .add(
            order(Method::POST, "/playbooks/{playbook}/versions", "Publishes a version of a playbook")
                .takes_media("application/yaml")
                .gives(200, "Published; refused whole when it has errors, with all of them")
                .refuses(&[ProblemCode::BrokenPlaybook]),
            publish_playbook,
        )
        .add(
            order(Method::POST, "/activations", "Puts a published version into force, at once or from a time to come")
                .takes::<routing::ActivatePlaybook>()
                .refuses(&[ProblemCode::UnknownPlaybook, ProblemCode::UnknownDepartment]),
            activate_playbook,
        )
        .add(
            order(Method::POST, "/activations/withdraw", "Takes back an activation that is still to come")
                .takes::<routing::WithdrawActivation>()
                .refuses(&[ProblemCode::NotFound]),
            withdraw_activation,
        )
        .add(
            order(Method::POST, "/calendars", "Publishes a version of a working calendar")
                .takes::<routing::PublishCalendar>(),
            publish_calendar,
        )
        .add(
            order(Method::PUT, "/directory", "Adds or changes departments and people")
                .takes::<routing::PutDirectory>(),
            put_directory,
        )
        .add(
            order(
                Method::POST,
                "/directory/import",
                "Adds or changes departments or people as a CSV file has them; refused whole, with every mistake by line and column",
            )
            .with("dry_run", "true: only tells what would change")
            .takes_media("text/csv")
            .answers::<routing::DirectoryImported>(),
            import_directory,
        )
        .add(
            order(Method::PUT, "/directory/people/{person}/absences", "Says when a person is away")
                .may(Act::TakeWork)
                .takes::<Absences>()
                .refuses(&[ProblemCode::UnknownPerson]),
            put_absences,
        )
}

/// What routing answers to the query `name`.
///
/// # Errors
/// What it refuses, or that it cannot be asked.
pub async fn asked(app: &App, Caller(caller): &Caller, name: &str, body: Value) -> Result<Value, Refusal> {
    let query = question(caller.organisation(), caller.actor(), body);
    app.upstream.ask(ServiceName::Routing, name, &query).await
}

async fn playbooks(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Refusal> {
    Ok(Json(json!({ "playbooks": asked(&app, &caller, ask::PLAYBOOKS, Value::Null).await? })))
}

async fn playbook(
    State(app): State<App>,
    caller: Caller,
    segments: Segments,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["version"])?;
    let id: PlaybookId = segments.get("playbook")?;
    let version = parameters.get::<u32>("version", "a version, from 1")?;
    asked(&app, &caller, ask::PLAYBOOK, json!({ "id": id, "version": version })).await.map(Json)
}

async fn activations(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Refusal> {
    asked(&app, &caller, ask::ACTIVATIONS, Value::Null).await.map(Json)
}

async fn calendars(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Refusal> {
    asked(&app, &caller, ask::CALENDARS, Value::Null).await.map(Json)
}

async fn directory(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Refusal> {
    asked(&app, &caller, ask::DIRECTORY, Value::Null).await.map(Json)
}

async fn order<V: Verb>(
    app: &App,
    orderer: &Orderer,
    subject: impl FnOnce(&OrganisationId) -> SubjectRef,
    body: Value,
) -> Result<Response, Refusal> {
    ordered::<V>(app, orderer, subject, body).await.map(|done| answer(V::SERVICE, done))
}

/// Has a change of settings done.
///
/// # Errors
/// What routing refuses, or that it cannot be asked.
pub async fn ordered<V: Verb>(
    app: &App,
    orderer: &Orderer,
    subject: impl FnOnce(&OrganisationId) -> SubjectRef,
    body: Value,
) -> Result<Done, Refusal> {
    let subject = subject(orderer.principal.organisation());
    orderer.order(app, V::SERVICE, subject, V::VERB, body).await
}

async fn check_playbook(
    State(app): State<App>,
    caller: Caller,
    YamlBody(text): YamlBody,
) -> Result<Json<PlaybookChecked>, Refusal> {
    check(&app, &caller, &text).await.map(Json)
}

/// What is wrong in the text of a playbook.
///
/// # Errors
/// That it is too long, or that routing cannot be asked.
pub async fn check(app: &App, caller: &Caller, text: &str) -> Result<PlaybookChecked, Refusal> {
    let found = asked(app, caller, ask::PLAYBOOK_CHECK, json!({ "text": text })).await?;
    serde_json::from_value(found).map_err(|error| Refusal::defect(&error))
}

async fn publish_playbook(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    YamlBody(text): YamlBody,
) -> Result<Response, Refusal> {
    let id: PlaybookId = segments.get("playbook")?;
    let subject = |organisation: &OrganisationId| SubjectRef::playbook(organisation, &id);
    order::<routing::PublishPlaybook>(&app, &orderer, subject, json!({ "text": text })).await
}

async fn activate_playbook(
    State(app): State<App>,
    orderer: Orderer,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    order::<routing::ActivatePlaybook>(&app, &orderer, SubjectRef::organisation, body).await
}

async fn withdraw_activation(
    State(app): State<App>,
    orderer: Orderer,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    order::<routing::WithdrawActivation>(&app, &orderer, SubjectRef::organisation, body).await
}

async fn publish_calendar(
    State(app): State<App>,
    orderer: Orderer,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    order::<routing::PublishCalendar>(&app, &orderer, SubjectRef::organisation, body).await
}

async fn put_directory(
    State(app): State<App>,
    orderer: Orderer,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    order::<routing::PutDirectory>(&app, &orderer, SubjectRef::directory, body).await
}

async fn import_directory(
    State(app): State<App>,
    orderer: Orderer,
    parameters: Parameters,
    CsvBody(text): CsvBody,
) -> Result<Response, Refusal> {
    parameters.only(&["dry_run"])?;
    let dry_run = parameters.get::<bool>("dry_run", "true or false")?.unwrap_or(false);
    let body = json!({ "files": [text], "dry_run": dry_run });
    order::<routing::ImportDirectory>(&app, &orderer, SubjectRef::directory, body).await
}

async fn put_absences(
    State(app): State<App>,
    caller: Caller,
    orderer: Orderer,
    segments: Segments,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    let person: PersonId = segments.get("person")?;
    let done = absences(&app, &caller, &orderer, (&person, body)).await?;
    Ok(answer(ServiceName::Routing, done))
}

/// Whether somebody may say when `person` is away: they themselves, and who directs their work.
///
/// # Errors
/// `not-allowed`.
pub fn may_put_absence(app: &App, caller: &Caller, person: &PersonId) -> Result<(), Refusal> {
    let rights = caller.0.rights(&app.config.roles);
    let own = caller.staff()?.person == *person;
    if own || (rights.may(Act::PutAbsence) && (rights.reach == Reach::All || rights.may(Act::DirectWork))) {
        return Ok(());
    }
    let detail = "only your own absences are yours to put";
    Err(Refusal::not_allowed(detail, "the person, or who directs their work"))
}

/// Says when a person is away: all of it, from now on.
///
/// # Errors
/// As [`may_put_absence`]; what routing refuses, or that it cannot be asked.
pub async fn absences(
    app: &App,
    caller: &Caller,
    orderer: &Orderer,
    (person, mut body): (&PersonId, Value),
) -> Result<Done, Refusal> {
    may_put_absence(app, caller, person)?;
    let Some(fields) = body.as_object_mut() else {
        return Err(Problem::new(ProblemCode::InvalidField, "the body is not an object")
            .at("")
            .expected("an object")
            .into());
    };
    if fields.insert("person".into(), json!(person)).is_some() {
        let problem =
            Problem::new(ProblemCode::UnknownField, "the person stands in the address").at("/person");
        return Err(problem.expected("no person in the body").into());
    }
    ordered::<routing::PutAbsence>(app, orderer, SubjectRef::directory, body).await
}
