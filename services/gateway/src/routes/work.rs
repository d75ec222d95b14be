//! Work lists: what I hold, what waits in my department's queue, taking it and giving it away.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use contracts::commands::{Verb, routing};
use contracts::queries::routing as ask;
use contracts::{ComplaintId, Problem, ProblemCode, ServiceName, SubjectRef, WorkId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{Act, Reach, Staff};
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody, Parameters, Segments};
use crate::order::{Orderer, answer};
use crate::problem::Refusal;
use crate::upstream::{Done, question};

const TAG: &str = "Work lists";
/// What narrows the list of cases, as it is.
const CASE_TEXTS: [&str; 4] = ["place", "stage", "due_before", "number"];

/// Takes a piece of work from the queue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The complaint it belongs to, as the work list says.
    pub complaint: ComplaintId,
}

/// Gives a piece of work back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandBack {
    /// The complaint it belongs to, as the work list says.
    pub complaint: ComplaintId,
    /// Why; at most 500 characters.
    pub reason: String,
}

/// Gives a piece of work to somebody else.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reassign {
    /// The complaint it belongs to, as the work list says.
    pub complaint: ComplaintId,
    /// To whom.
    pub person: String,
    /// Why; at most 500 characters.
    pub reason: String,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let order = |path, summary| {
        Endpoint::order(Method::POST, path, TAG, summary).refuses(&[
            ProblemCode::NotTheHolder,
            ProblemCode::ConflictOfInterest,
            ProblemCode::UnknownPerson,
        ])
    };
    Endpoints::new()
        .add(
            Endpoint::get("/work", TAG, "Open work, the most urgent first")
                .may(Act::TakeWork)
                .with("of", "`mine` (when absent): what I hold; `queue`: what waits in my department; `department`: all of it")
                .with("department", "Another department; only for roles that see all cases")
                .with("lane", "`simple` or `complex`: one lane of the queue")
                .with("task", "Only these tasks, such as decide,review")
                .answers::<ask::WorkPage>()
                .paged(),
            list,
        )
        .add(
            Endpoint::get("/cases", TAG, "Cases, the most urgent first; those of the own department for roles that see no more")
                .may(Act::ReadCase)
                .with("department", "Where the main work is done")
                .with("place", "at_stage, between, held or closed")
                .with("stage", "At this stage")
                .with("level", "Of this level or above")
                .with("due_before", "Due before this time, RFC 3339")
                .with("missed", "true: with a missed clock")
                .with("number", "Of this number")
                .answers::<ask::CasesPage>()
                .paged(),
            cases,
        )
        .add(
            order("/work/{work}/claim", "Takes a piece of work from the department's queue")
                .may(Act::TakeWork)
                .takes::<Claim>(),
            claim,
        )
        .add(
            order("/work/{work}/hand-back", "Gives a piece of work back to the queue")
                .may(Act::TakeWork)
                .takes::<HandBack>(),
            hand_back,
        )
        .add(
            order(
                "/work/{work}/reassign",
                "Gives a piece of work to another person: its holder, or whoever directs it",
            )
            // Routing knows who holds the work and who is above them, and decides.
            .may(Act::TakeWork)
            .takes::<Reassign>(),
            reassign,
        )
}

/// Whose work is asked for, as the body of routing's query.
///
/// # Errors
/// `not-allowed` for another department, `invalid-field`.
pub fn filter(staff: &Staff, all: bool, parameters: &Parameters) -> Result<Value, Refusal> {
    let department = match parameters.text("department") {
        Some(other) if all || staff.department.as_ref().is_some_and(|own| own.as_str() == other) => {
            Some(other)
        }
        Some(_) => {
            let problem =
                Problem::new(ProblemCode::NotAllowed, "that is not your department").at("?department");
            return Err(problem.expected("your own department").into());
        }
        None => staff.department.as_ref().map(|department| department.as_str()),
    };
    match parameters.text("of").unwrap_or("mine") {
        "mine" => Ok(json!({ "person": staff.person })),
        "queue" => Ok(json!({ "department": department, "held": ask::WorkHeld::Queued })),
        "department" => Ok(json!({ "department": department })),
        _ => {
            let problem = Problem::new(ProblemCode::InvalidField, "there is no such work list").at("?of");
            Err(problem.expected("mine, queue, department").into())
        }
    }
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["of", "department", "lane", "task", "cursor", "limit"])?;
    page(&app, &caller, &parameters).await.map(Json)
}

/// A page of a work list.
///
/// # Errors
/// As [`filter`], and that routing cannot be asked.
pub async fn page(app: &App, caller: &Caller, parameters: &Parameters) -> Result<Value, Refusal> {
    let all = caller.0.reach(&app.config.roles) == Reach::All;
    let mut body = filter(caller.staff()?, all, parameters)?;
    if let Some(tasks) = parameters.text("task") {
        body["tasks"] = tasks.split(',').map(str::trim).collect();
    }
    body["lane"] = json!(parameters.get::<ask::WorkLane>("lane", "simple or complex")?);
    Page::read(parameters)?.put(&mut body);
    let query = question(caller.0.organisation(), caller.0.actor(), body);
    let mut page = app.upstream.ask(ServiceName::Routing, ask::WORK, &query).await?;
    seal(&mut page);
    Ok(page)
}

async fn cases(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    let texts = CASE_TEXTS;
    parameters.only(&[&texts[..], &["department", "level", "missed", "cursor", "limit"]].concat())?;
    cases_page(&app, &caller, &parameters).await.map(Json)
}

/// A page of cases, as far as the caller sees them.
///
/// # Errors
/// `not-allowed` for another's department, `invalid-field`, and that routing cannot be asked.
pub async fn cases_page(app: &App, caller: &Caller, parameters: &Parameters) -> Result<Value, Refusal> {
    let mut body = json!({ "department": department(app, caller, parameters)? });
    for name in CASE_TEXTS {
        if let Some(text) = parameters.text(name) {
            body[name] = text.into();
        }
    }
    body["level"] = json!(parameters.get::<u32>("level", "a whole number")?);
    body["missed"] = json!(parameters.get::<bool>("missed", "true or false")?);
    Page::read(parameters)?.put(&mut body);
    let query = question(caller.0.organisation(), caller.0.actor(), body);
    let mut page = app.upstream.ask(ServiceName::Routing, ask::CASES, &query).await?;
    seal(&mut page);
    Ok(page)
}

/// The department asked about: any for who sees all cases, their own for the others.
///
/// # Errors
/// `not-allowed` for another's department, and for who has none.
pub fn department(app: &App, caller: &Caller, parameters: &Parameters) -> Result<Option<String>, Refusal> {
    let asked = parameters.text("department").map(str::to_owned);
    if caller.0.reach(&app.config.roles) == Reach::All {
        return Ok(asked);
    }
    let own = caller.staff()?.department.as_ref().map(ToString::to_string);
    if own.is_none() || asked.as_ref().is_some_and(|asked| Some(asked) != own.as_ref()) {
        let problem = Problem::new(ProblemCode::NotAllowed, "that is not your department").at("?department");
        return Err(problem.expected("your own department").into());
    }
    Ok(own)
}

async fn order<V: Verb>(
    app: &App,
    orderer: &Orderer,
    complaint: ComplaintId,
    body: Value,
) -> Result<Done, Refusal> {
    let subject = SubjectRef::complaint(orderer.principal.organisation(), complaint);
    orderer.order(app, V::SERVICE, subject, V::VERB, body).await
}

/// Takes a piece of work from the queue.
///
/// # Errors
/// What routing refuses.
pub async fn take(
    app: &App,
    orderer: &Orderer,
    complaint: ComplaintId,
    work: WorkId,
) -> Result<Done, Refusal> {
    order::<routing::ClaimWork>(app, orderer, complaint, json!({ "work": work })).await
}

/// Gives a piece of work back to the queue.
///
/// # Errors
/// What routing refuses.
pub async fn give_back(
    app: &App,
    orderer: &Orderer,
    complaint: ComplaintId,
    work: WorkId,
    reason: &str,
) -> Result<Done, Refusal> {
    let body = json!({ "work": work, "reason": reason });
    order::<routing::HandBackWork>(app, orderer, complaint, body).await
}

async fn claim(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    JsonBody(asked): JsonBody<Claim>,
) -> Result<Response, Refusal> {
    let work: WorkId = segments.get("work")?;
    let done = take(&app, &orderer, asked.complaint, work).await?;
    Ok(answer(ServiceName::Routing, done))
}

/// Gives a piece of work to somebody else.
///
/// # Errors
/// What routing refuses.
pub async fn hand_on(
    app: &App,
    orderer: &Orderer,
    complaint: ComplaintId,
    (work, person, reason): (WorkId, &str, &str),
) -> Result<Done, Refusal> {
    let body = json!({ "work": work, "person": person, "reason": reason });
    order::<routing::ReassignWork>(app, orderer, complaint, body).await
}

async fn hand_back(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    JsonBody(asked): JsonBody<HandBack>,
) -> Result<Response, Refusal> {
    let work: WorkId = segments.get("work")?;
    let done = give_back(&app, &orderer, asked.complaint, work, &asked.reason).await?;
    Ok(answer(ServiceName::Routing, done))
}

async fn reassign(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    JsonBody(asked): JsonBody<Reassign>,
) -> Result<Response, Refusal> {
    let work: WorkId = segments.get("work")?;
    let done = hand_on(&app, &orderer, asked.complaint, (work, &asked.person, &asked.reason)).await?;
    Ok(answer(ServiceName::Routing, done))
}
