//! The shift-handover log: what one shift leaves to the next, which must acknowledge it.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use contracts::commands::Verb as _;
use contracts::commands::routing::{AcknowledgeHandover, HandoverItem, WriteHandover, handover_for};
use contracts::queries::routing as ask;
use contracts::{DepartmentId, HandoverId, Problem, ProblemCode, ServiceName, SubjectRef};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::work::department;
use crate::app::App;
use crate::auth::Act;
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody, Parameters, Segments};
use crate::order::{Orderer, answer};
use crate::problem::Refusal;
use crate::upstream::{Done, question};

const TAG: &str = "Work lists";

/// What is unfinished at the end of a shift.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// The department whose next shift must acknowledge it; your own when absent.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// What is to be said of it all; at most 2,000 characters.
    #[serde(default)]
    pub note: Option<String>,
    /// The items; when absent, all open work that you hold and all that waits in the queue of the department.
    #[serde(default)]
    pub items: Option<Vec<HandoverItem>>,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let order = |path, summary| Endpoint::order(Method::POST, path, TAG, summary).may(Act::TakeWork);
    Endpoints::new()
        .add(
            Endpoint::get("/handovers", TAG, "The shift-handover log, the newest first; that of your own department for roles that see no more")
                .may(Act::TakeWork)
                .with("department", "Of this department")
                .with("open", "true: what nobody has acknowledged yet")
                .answers::<ask::HandoversPage>()
                .paged(),
            list,
        )
        .add(
            order("/handovers", "Writes down what is unfinished for the next shift")
                .takes::<Handover>()
                .refuses(&[ProblemCode::FieldTooLong, ProblemCode::UnknownPerson]),
            write,
        )
        .add(
            order("/handovers/{handover}/acknowledge", "Takes note of a handover, as somebody of the next shift")
                .refuses(&[ProblemCode::AlreadyExists, ProblemCode::UnknownPerson]),
            acknowledge,
        )
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["department", "open", "cursor", "limit"])?;
    page(&app, &caller, &parameters).await.map(Json)
}

/// A page of the log.
///
/// # Errors
/// `not-allowed` for another's department, and that routing cannot be asked.
pub async fn page(app: &App, caller: &Caller, parameters: &Parameters) -> Result<Value, Refusal> {
    let mut body = json!({ "department": department(app, caller, parameters)? });
    body["open"] = json!(parameters.get::<bool>("open", "true or false")?);
    Page::read(parameters)?.put(&mut body);
    let mut page = asked(app, caller, ask::HANDOVERS, body).await?;
    seal(&mut page);
    Ok(page)
}

async fn asked(app: &App, caller: &Caller, name: &str, body: Value) -> Result<Value, Refusal> {
    let query = question(caller.0.organisation(), caller.0.actor(), body);
    app.upstream.ask(ServiceName::Routing, name, &query).await
}

async fn write(
    State(app): State<App>,
    caller: Caller,
    orderer: Orderer,
    JsonBody(handover): JsonBody<Handover>,
) -> Result<Response, Refusal> {
    write_down(&app, &caller, &orderer, handover).await.map(|done| answer(ServiceName::Routing, done))
}

/// Writes down what is unfinished for the next shift.
///
/// # Errors
/// What routing refuses; `missing-field` for who has no department, or more open work than one handover holds.
pub async fn write_down(
    app: &App,
    caller: &Caller,
    orderer: &Orderer,
    handover: Handover,
) -> Result<Done, Refusal> {
    let own = caller.staff()?.department.clone();
    let department = handover.department.or(own).ok_or_else(|| {
        let problem = Problem::new(ProblemCode::MissingField, "you have no department").at("/department");
        Refusal::from(problem.expected("a department"))
    })?;
    let id = handover_for(caller.0.organisation(), &orderer.key);
    let items = match handover.items {
        Some(items) => json!(items),
        // The same order again is about the same items, whatever has become of them since.
        None => match written(app, caller, id).await? {
            Some(items) => items,
            None => json!(bare(&unfinished(app, caller, &department).await?)),
        },
    };
    let body = json!({ "department": department, "note": handover.note, "items": items });
    let subject = SubjectRef::handover(caller.0.organisation(), id);
    orderer.order(app, ServiceName::Routing, subject, WriteHandover::VERB, body).await
}

/// Work as it is handed over, without a word about it.
fn bare(work: &[ask::WorkItem]) -> Vec<HandoverItem> {
    let bare = |item: &ask::WorkItem| HandoverItem { complaint: item.complaint, work: item.work, note: None };
    work.iter().map(bare).collect()
}

/// The items of a handover that is on record.
async fn written(app: &App, caller: &Caller, id: HandoverId) -> Result<Option<Value>, Refusal> {
    let page = asked(app, caller, ask::HANDOVERS, json!({ "handover": id })).await?;
    let Some(items) = page["items"][0]["items"].as_array() else { return Ok(None) };
    let bare = |item: &Value| json!({ "complaint": item["complaint"], "work": item["work"], "note": null });
    Ok(Some(items.iter().map(bare).collect()))
}

/// All open work that the caller holds, and all that waits in the queue of the department.
///
/// # Errors
/// `missing-field` when that is more than one handover holds.
pub async fn unfinished(
    app: &App,
    caller: &Caller,
    department: &DepartmentId,
) -> Result<Vec<ask::WorkItem>, Refusal> {
    let held = json!({ "person": caller.staff()?.person, "limit": 200 });
    let queued = json!({ "department": department, "held": ask::WorkHeld::Queued, "limit": 200 });
    let mut items = Vec::new();
    for body in [held, queued] {
        let page: ask::WorkPage = Problem::read(asked(app, caller, ask::WORK, body).await?)?;
        if page.next.is_some() {
            let problem =
                Problem::new(ProblemCode::MissingField, "there is more open work than one handover holds");
            return Err(problem.at("/items").expected("the items to hand over, at most 200").into());
        }
        items.extend(page.items);
    }
    Ok(items)
}

async fn acknowledge(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
) -> Result<Response, Refusal> {
    let id: HandoverId = segments.get("handover")?;
    take_note(&app, &orderer, id).await.map(|done| answer(ServiceName::Routing, done))
}

/// Takes note of a handover, as somebody of the next shift.
///
/// # Errors
/// What routing refuses.
pub async fn take_note(app: &App, orderer: &Orderer, id: HandoverId) -> Result<Done, Refusal> {
    let subject = SubjectRef::handover(orderer.principal.organisation(), id);
    orderer.order(app, ServiceName::Routing, subject, AcknowledgeHandover::VERB, json!({})).await
}
