//! Putting complaints on record, reading what is on record, adding facts, forgetting a complainant.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contracts::commands::intake::{ErasePerson, Receipt, RecordFacts, RegisterComplaint, complaint_for};
use contracts::commands::{Actor, Verb};
use contracts::queries::intake::{self, ComplaintFound};
use contracts::{ComplainantId, ComplaintId, OrganisationId, Problem, ProblemCode, ServiceName, SubjectRef};
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{Act, Principal, Reach};
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody, Parameters, Segments};
use crate::openapi::BASE;
use crate::order::{Orderer, answer};
use crate::problem::Refusal;
use crate::sight;
use crate::upstream::{Done, question};

const TAG: &str = "Complaints";

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .add(
            Endpoint::order(Method::POST, "/complaints", TAG, "Puts a complaint on record")
                .may(Act::Register)
                .takes::<RegisterComplaint>()
                .answers::<Receipt>()
                .gives(201, "On record, with its number; Location says where")
                .refuses(&[
                    ProblemCode::UnknownPlaybook,
                    ProblemCode::UnknownDepartment,
                    ProblemCode::FieldTooLong,
                ]),
            register,
        )
        .add(
            Endpoint::get("/complaints", TAG, "The complaints on record, newest first")
                .may(Act::ReadCase)
                .paged(),
            recent,
        )
        .add(
            Endpoint::order(
                Method::POST,
                "/complaints/{complaint}/facts",
                TAG,
                "Records facts about a complaint",
            )
            .may(Act::AddToCase)
            .takes::<RecordFacts>(),
            record_facts,
        )
        .add(
            Endpoint::order(
                Method::POST,
                "/complainants/{complainant}/erase",
                TAG,
                "Forgets a complainant for good",
            )
            .may(Act::Erase)
            .takes::<ErasePerson>(),
            erase,
        )
}

async fn register(
    State(app): State<App>,
    orderer: Orderer,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    may_feed(&orderer.principal, body["channel"].as_str().unwrap_or_default(), "/channel")?;
    let complaint = complaint_for(orderer.principal.organisation(), &orderer.key);
    let done = put_on_record(&app, &orderer, body).await?;
    let mut response = answer(ServiceName::Intake, done);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = HeaderValue::from_str(&format!("{BASE}/complaints/{complaint}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// The receipt of a complaint that is on record, for whoever knows the key that it was sent under.
///
/// # Errors
/// `not-found` when there is none, or that intake cannot be asked.
pub async fn receipt(
    app: &App,
    organisation: &OrganisationId,
    complaint: ComplaintId,
) -> Result<Receipt, Refusal> {
    let query = question(organisation, Actor::System, json!({ "complaint": complaint }));
    let found = app.upstream.ask(ServiceName::Intake, intake::COMPLAINT, &query).await?;
    let found: ComplaintFound = serde_json::from_value(found).map_err(|error| Refusal::defect(&error))?;
    Ok(Receipt {
        complaint,
        number: found.listed.number,
        tracking_code: found.tracking_code,
        received_at: found.listed.received_at,
        registered_at: found.listed.registered_at,
        playbook: found.playbook,
        repeats: found.repeats,
        warnings: Vec::new(),
    })
}

/// Puts a complaint on record; which it becomes is told by the key.
///
/// # Errors
/// What intake refuses.
pub async fn put_on_record(app: &App, orderer: &Orderer, body: Value) -> Result<Done, Refusal> {
    let organisation = orderer.principal.organisation();
    let subject = SubjectRef::complaint(organisation, complaint_for(organisation, &orderer.key));
    orderer.order(app, ServiceName::Intake, subject, RegisterComplaint::VERB, body).await
}

/// Refuses what a key does not feed; `field` names the channel.
///
/// # Errors
/// `not-allowed`.
pub(super) fn may_feed(principal: &Principal, channel: &str, field: &str) -> Result<(), Refusal> {
    let Principal::Feeder(feeder) = principal else { return Ok(()) };
    if feeder.channels.is_empty() || feeder.channels.contains(channel) {
        return Ok(());
    }
    let allowed: Vec<_> = feeder.channels.iter().map(|channel| channel.as_str()).collect();
    let problem = Problem::new(ProblemCode::NotAllowed, "this key does not feed that channel").at(field);
    Err(problem.expected(allowed.join(", ")).into())
}

async fn recent(
    State(app): State<App>,
    Caller(caller): Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["cursor", "limit"])?;
    let mut body = json!({});
    Page::read(&parameters)?.put(&mut body);
    let rights = caller.rights(&app.config.roles);
    if rights.reach != Reach::All {
        let problem =
            Problem::new(ProblemCode::NotAllowed, "your roles see the cases of your department only");
        return Err(problem.at("/actor").expected(format!("{BASE}/work for what is yours")).into());
    }
    let query = question(caller.organisation(), caller.actor(), body);
    let mut page = app.upstream.ask(ServiceName::Intake, intake::RECENT, &query).await?;
    seal(&mut page);
    Ok(Json(page))
}

async fn record_facts(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::require(&app, &orderer.principal, complaint).await?;
    let subject = SubjectRef::complaint(orderer.principal.organisation(), complaint);
    let done = orderer.order(&app, ServiceName::Intake, subject, RecordFacts::VERB, body).await?;
    Ok(answer(ServiceName::Intake, done))
}

async fn erase(
    State(app): State<App>,
    orderer: Orderer,
    segments: Segments,
    JsonBody(body): JsonBody<Value>,
) -> Result<impl IntoResponse, Refusal> {
    let complainant: ComplainantId = segments.get("complainant")?;
    let subject = SubjectRef::person(orderer.principal.organisation(), complainant);
    let done = orderer.order(&app, ServiceName::Intake, subject, ErasePerson::VERB, body).await?;
    Ok(answer(ServiceName::Intake, done))
}
