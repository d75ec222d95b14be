//! One complaint: its record and every service's view of it, what was told, how to reach the customer, its clocks and
//! its timeline.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contracts::queries::intake as record;
use contracts::queries::routing as ask;
use contracts::{ComplaintId, ProblemCode, ServiceName, SubjectRef};
use futures::future::join_all;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::asks;
use crate::auth::{Act, Principal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody, Segments};
use crate::problem::Refusal;
use crate::sight::{self, Sight};
use crate::tags::Tag;
use crate::timeline::{self, Positions};
use crate::upstream::question;

const TAG: &str = "Complaints";

/// A text that is being written to the customer.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// The text; at most 5,000 characters.
    pub text: String,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let get = |path, summary| Endpoint::get(path, TAG, summary).may(Act::ReadCase);
    Endpoints::new()
        .add(get("/complaints/{complaint}", "One complaint, as every service sees it"), show)
        .add(get("/complaints/{complaint}/text", "What the customer told").answers::<record::Told>(), text)
        .add(
            get("/complaints/{complaint}/contact", "How to reach the customer; masked for who need not")
                .answers::<record::Contact>(),
            contact,
        )
        .add(
            Endpoint::post(
                "/complaints/{complaint}/wording",
                TAG,
                "Words to avoid in a text to the customer",
            )
            .may(Act::ReadCase)
            .takes::<Wording>()
            .refuses(&[ProblemCode::FieldTooLong]),
            wording,
        )
        .add(get("/complaints/{complaint}/clocks", "Its clocks, each explained line by line"), clocks)
        .add(
            get("/complaints/{complaint}/refused", "What the caller may not order about it now, and why")
                .answers::<ask::Refused>(),
            refused,
        )
        .add(get("/complaints/{complaint}/timeline", "All that was said about it, by time"), timeline_of)
}

/// A query about one complaint.
pub(crate) async fn ask_about(
    app: &App,
    caller: &Principal,
    service: ServiceName,
    name: &str,
    complaint: ComplaintId,
) -> Result<Value, Refusal> {
    let query = question(caller.organisation(), caller.actor(), json!({ "complaint": complaint }));
    app.upstream.ask(service, name, &query).await
}

/// What a service answers about the complaint that the address names, to who may see the case.
async fn seen(
    app: &App,
    caller: &Principal,
    segments: &Segments,
    service: ServiceName,
    name: &str,
) -> Result<Value, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::of_case(app, caller, complaint).await?;
    ask_about(app, caller, service, name, complaint).await
}

async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    let sight = sight::of_customer(&app, &caller, complaint).await?;
    let (body, tag) = whole(&app, &caller, complaint, &sight).await?;
    Ok(tagged(&headers, &tag, Value::Object(body)))
}

/// A complaint as every service sees it, to somebody with this sight of it; and its tag.
///
/// # Errors
/// That a service cannot be asked.
pub async fn whole(
    app: &App,
    caller: &Principal,
    complaint: ComplaintId,
    sight: &Sight,
) -> Result<(Map<String, Value>, Tag), Refusal> {
    let mut complaint_view =
        ask_about(app, caller, ServiceName::Intake, record::COMPLAINT, complaint).await?;
    if !sight.contact
        && let Some(view) = complaint_view.as_object_mut()
    {
        // Who may not reach the customer may not pass for them either.
        view.remove("tracking_code");
    }
    let views = views(app, caller, complaint, sight).await?;
    let mut tag = Tag::default();
    if let Some(version) = complaint_view["version"].as_u64() {
        tag.add(ServiceName::Intake, version);
    }
    let mut body = Map::new();
    body.insert("complaint".into(), complaint_view);
    for (service, view) in views {
        // A service that has not heard of the complaint has it at version 0.
        if let Some(version) = if view.is_null() { Some(0) } else { view["version"].as_u64() } {
            tag.add(service, version);
        }
        let name = if service == ServiceName::Routing { "case".to_owned() } else { service.to_string() };
        body.insert(name, view);
    }
    Ok((body, tag))
}

/// The views of the services beside intake. One that has not heard of the complaint yet shows null.
async fn views(
    app: &App,
    caller: &Principal,
    complaint: ComplaintId,
    sight: &Sight,
) -> Result<Vec<(ServiceName, Value)>, Refusal> {
    let asked = asks::CASE_SERVICES.map(|service| async move {
        let known = sight.case.as_ref().filter(|case| service == ServiceName::Routing && !case.is_null());
        if let Some(case) = known {
            return (service, Ok(case.clone()));
        }
        (service, ask_about(app, caller, service, asks::CASE, complaint).await)
    });
    let mut views = Vec::with_capacity(asks::CASE_SERVICES.len());
    for (service, view) in join_all(asked).await {
        match view {
            Ok(view) => views.push((service, view)),
            Err(refusal) => match refusal.problem.code {
                ProblemCode::NotFound => views.push((service, Value::Null)),
                // A party to the matter may see that there is something, and not what.
                ProblemCode::ConflictOfInterest | ProblemCode::NotAllowed => {
                    views.push((service, json!({ "withheld": refusal.problem.code })));
                }
                _ => return Err(refusal),
            },
        }
    }
    Ok(views)
}

/// The body with its tag, or 304 when the caller has it.
fn tagged(asked: &HeaderMap, tag: &Tag, body: Value) -> Response {
    let mut headers = HeaderMap::new();
    let Some(value) = tag.header() else { return Json(body).into_response() };
    let known = asked.get_all(header::IF_NONE_MATCH).iter().any(|known| *known == value);
    // A view that was withheld has no version; then nobody can tell whether it changed.
    let whole = asks::CASE_SERVICES.iter().all(|service| tag.version_of(*service).is_ok());
    headers.insert(header::ETAG, value);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if known && whole {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, Json(body)).into_response()
}

async fn text(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<Json<Value>, Refusal> {
    seen(&app, &caller, &segments, ServiceName::Intake, record::TEXT).await.map(Json)
}

async fn contact(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<Json<Value>, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    let sight = sight::of_customer(&app, &caller, complaint).await?;
    let found = ask_about(&app, &caller, ServiceName::Intake, record::COMPLAINT, complaint).await?;
    reach(&app, &caller, complaint, &found["complainant"], &sight).await.map(Json)
}

/// How to reach the complainant of a case, masked for who need not; that it was looked at is noted.
///
/// # Errors
/// That intake cannot be asked, or has forgotten them.
pub async fn reach(
    app: &App,
    caller: &Principal,
    complaint: ComplaintId,
    complainant: &Value,
    sight: &Sight,
) -> Result<Value, Refusal> {
    let (masked, speaks) = (!sight.contact, sight.speaks);
    let body =
        json!({ "complainant": complainant, "complaint": complaint, "masked": masked, "speaks": speaks });
    let query = question(caller.organisation(), caller.actor(), body);
    let contact = app.upstream.ask(ServiceName::Intake, record::CONTACT, &query).await?;
    // Who looked at whose contact data must be told on request.
    tracing::info!(by = %caller.key(), %complaint, masked = %contact["masked"], "contact data were read");
    Ok(contact)
}

/// What to avoid is a hint to who writes; nothing is kept and nothing refused.
async fn wording(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
    JsonBody(body): JsonBody<Wording>,
) -> Result<Json<Value>, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::of_case(&app, &caller, complaint).await?;
    words_to_avoid(&app, &caller, complaint, &body.text).await.map(Json)
}

/// Words to avoid in a text about a case, with the better ones.
///
/// # Errors
/// What notification refuses, or that it cannot be asked.
pub async fn words_to_avoid(
    app: &App,
    caller: &Principal,
    complaint: ComplaintId,
    text: &str,
) -> Result<Value, Refusal> {
    let body = json!({ "complaint": complaint, "text": text });
    let query = question(caller.organisation(), caller.actor(), body);
    app.upstream.ask(ServiceName::Notification, asks::WORDING, &query).await
}

async fn clocks(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<Json<Value>, Refusal> {
    let clocks = seen(&app, &caller, &segments, ServiceName::Routing, ask::CLOCKS).await?;
    Ok(Json(json!({ "clocks": clocks })))
}

async fn refused(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<Json<Value>, Refusal> {
    seen(&app, &caller, &segments, ServiceName::Routing, ask::REFUSED).await.map(Json)
}

async fn timeline_of(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<Json<Value>, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::of_case(&app, &caller, complaint).await?;
    let subject = SubjectRef::complaint(caller.organisation(), complaint);
    let events = timeline::read(&app, &subject, &Positions::new()).await?;
    if events.is_empty() {
        return Err(Refusal::not_found("complaint"));
    }
    Ok(Json(json!({ "events": events })))
}
