//! What customers say without sign-in, with number and code: what was missing, whether they accept the
//! result, and how satisfied they are.

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use contracts::commands::Actor;
use contracts::commands::intake::Clarify;
use contracts::commands::notification::{RecordAnswer, RecordCallback};
use contracts::queries::intake::{ClarifyAsked, Tracked};
use contracts::{
    CommandId, ComplaintId, OrganisationId, Problem, ProblemCode, ServiceName, StageKind, SubjectRef,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::public::{TAG, track};
use crate::app::App;
use crate::asks;
use crate::auth::principal::scoped;
use crate::endpoint::{Endpoint, Endpoints, Need};
use crate::extract::{JsonBody, Segments, idempotency_key};
use crate::order::{Giver, answer};
use crate::problem::Refusal;
use crate::upstream::{Done, question};

/// What the customer supplies, or confirms.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clarification {
    /// The organisation; the installation's own when absent.
    #[serde(default)]
    pub organisation: Option<String>,
    /// The tracking code of the receipt.
    pub code: String,
    /// What the customer adds; at most 20,000 characters.
    #[serde(default)]
    pub said: Option<String>,
    /// The order it is about.
    #[serde(default)]
    pub order_number: Option<String>,
    /// The amount at stake, in fen.
    #[serde(default)]
    pub amount: Option<contracts::Fen>,
    /// Fields of the playbook's form, such as `form_vehicle`.
    #[serde(default)]
    pub facts: contracts::Facts,
    /// Whether the claim as it was restated is what the customer means.
    #[serde(default)]
    pub confirmed: bool,
}

/// The customer's own answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Satisfaction {
    /// The organisation; the installation's own when absent.
    #[serde(default)]
    pub organisation: Option<String>,
    /// The tracking code of the receipt.
    pub code: String,
    /// The answer on the scale that was shown.
    pub satisfaction: String,
    /// What the customer wants to say; at most 5,000 characters.
    #[serde(default)]
    pub opinion: Option<String>,
}

/// The customer's answer to the result.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyAnswer {
    /// The organisation; the installation's own when absent.
    #[serde(default)]
    pub organisation: Option<String>,
    /// The tracking code of the receipt.
    pub code: String,
    /// Whether they accept it.
    pub accepted: bool,
    /// Why; at most 2,000 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .add(
            Endpoint::order(
                Method::POST,
                "/public/complaints/{number}/satisfaction",
                TAG,
                "The customer says how satisfied they are",
            )
            .needs(Need::Address)
            .takes::<Satisfaction>()
            .refuses(&[ProblemCode::WrongStage]),
            satisfaction,
        )
        .add(
            Endpoint::order(
                Method::POST,
                "/public/complaints/{number}/answer",
                TAG,
                "The customer accepts or rejects the result",
            )
            .needs(Need::Address)
            .takes::<ReplyAnswer>()
            .refuses(&[ProblemCode::WrongStage, ProblemCode::FieldTooLong]),
            answer_to_reply,
        )
        .add(
            Endpoint::order(
                Method::POST,
                "/public/complaints/{number}/clarification",
                TAG,
                "The customer supplies what is missing, or confirms the claim as it was restated",
            )
            .needs(Need::Address)
            .takes::<Clarification>()
            .refuses(&[ProblemCode::WrongStage, ProblemCode::FieldTooLong]),
            clarification,
        )
}

async fn satisfaction(
    State(app): State<App>,
    segments: Segments,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<Satisfaction>,
) -> Result<Response, Refusal> {
    let key = idempotency_key(&headers)?;
    let organisation = app.organisation(asked.organisation.as_deref())?;
    let number: String = segments.get("number")?;
    let tracked = track(&app, &organisation, &number, &asked.code).await?;
    let mut done = rate(&app, &organisation, (tracked.complaint, None), &key, &asked).await?;
    done.body = json!({ "recorded": true });
    Ok(answer(ServiceName::Notification, done))
}

/// The customer says how satisfied they are, at the visit that asks for it: the one that they were asked at, where a page
/// knows it.
///
/// # Errors
/// `wrong-stage` when nobody asks now, and what notification refuses.
pub async fn rate(
    app: &App,
    organisation: &OrganisationId,
    (complaint, at): (ComplaintId, Option<&str>),
    key: &CommandId,
    asked: &Satisfaction,
) -> Result<Done, Refusal> {
    let case = conversation(app, organisation, complaint).await?;
    let nobody = || {
        let detail = "nobody asks for satisfaction with this complaint now";
        let problem = Problem::new(ProblemCode::WrongStage, detail).at("/visit");
        Refusal::from(problem.expected("an open visit to a stage of kind callback"))
    };
    let visit = match at {
        Some(at) => known(&case, at),
        None => open_callback(&case).or_else(|| last(&case, StageKind::Callback)),
    };
    let visit = visit.ok_or_else(nobody)?;
    let body = json!({
        "visit": visit["visit"], "epoch": visit["epoch"], "reached": true,
        "satisfaction": asked.satisfaction, "opinion": asked.opinion,
    });
    let subject = SubjectRef::complaint(organisation, complaint);
    let done = customer(organisation, complaint, key).order::<RecordCallback>(app, subject, body).await;
    done.map_err(|refusal| if is_over(&refusal) { nobody() } else { refusal })
}

/// Whether somebody asked, and does not any more. What was said under the same key before is answered all the same: its
/// service knows the key, so it is asked before anything is refused here.
fn is_over(refusal: &Refusal) -> bool {
    matches!(refusal.problem.code, ProblemCode::VisitLeft | ProblemCode::StaleEpoch)
}

/// What is said with the customer, as notification has it.
///
/// # Errors
/// That notification cannot be asked.
pub async fn conversation(
    app: &App,
    organisation: &OrganisationId,
    complaint: ComplaintId,
) -> Result<Value, Refusal> {
    let query = question(organisation, Actor::System, json!({ "complaint": complaint }));
    app.upstream.ask(ServiceName::Notification, asks::CASE, &query).await
}

/// The customer of a complaint, who orders under keys of their own.
fn customer(organisation: &OrganisationId, complaint: ComplaintId, key: &CommandId) -> Giver {
    let key = scoped(&format!("{organisation}/complaint/{complaint}"), key);
    Giver { organisation: organisation.clone(), actor: Actor::Customer, key }
}

async fn answer_to_reply(
    State(app): State<App>,
    segments: Segments,
    headers: HeaderMap,
    JsonBody(given): JsonBody<ReplyAnswer>,
) -> Result<Response, Refusal> {
    let key = idempotency_key(&headers)?;
    let organisation = app.organisation(given.organisation.as_deref())?;
    let number: String = segments.get("number")?;
    let tracked = track(&app, &organisation, &number, &given.code).await?;
    let mut done = answered(&app, &organisation, (tracked.complaint, None), &key, &given).await?;
    done.body = json!({ "recorded": true });
    Ok(answer(ServiceName::Notification, done))
}

/// The customer accepts or rejects what they were told, at the reply that waits for it: the one that they read,
/// where a page knows it.
///
/// # Errors
/// `wrong-stage` when nobody asks now, and what notification refuses.
pub async fn answered(
    app: &App,
    organisation: &OrganisationId,
    (complaint, at): (ComplaintId, Option<&str>),
    key: &CommandId,
    given: &ReplyAnswer,
) -> Result<Done, Refusal> {
    let case = conversation(app, organisation, complaint).await?;
    let nobody = || {
        let problem = Problem::new(ProblemCode::WrongStage, "no answer to a result is waited for now");
        let expected = "an open visit to a stage of kind reply, where the result was told";
        Refusal::from(problem.at("/visit").expected(expected))
    };
    let visit = match at {
        Some(at) => known(&case, at),
        None => open_reply(&case).or_else(|| last(&case, StageKind::Reply)),
    };
    let visit = visit.ok_or_else(nobody)?;
    let body = json!({ "visit": visit["visit"], "accepted": given.accepted, "reason": given.reason });
    let subject = SubjectRef::complaint(organisation, complaint);
    let done = customer(organisation, complaint, key).order::<RecordAnswer>(app, subject, body).await;
    done.map_err(|refusal| if is_over(&refusal) { nobody() } else { refusal })
}

async fn clarification(
    State(app): State<App>,
    segments: Segments,
    headers: HeaderMap,
    JsonBody(given): JsonBody<Clarification>,
) -> Result<Response, Refusal> {
    let key = idempotency_key(&headers)?;
    let organisation = app.organisation(given.organisation.as_deref())?;
    let number: String = segments.get("number")?;
    let tracked = track(&app, &organisation, &number, &given.code).await?;
    let mut done = supply(&app, &organisation, (tracked, None), &key, &given).await?;
    done.body = json!({ "recorded": true });
    Ok(answer(ServiceName::Intake, done))
}

/// The customer supplies what is missing, or confirms the claim as it was restated: at the visit that they were asked at,
/// where a page knows it.
///
/// # Errors
/// `wrong-stage` when nothing is missing, and what intake refuses.
pub async fn supply(
    app: &App,
    organisation: &OrganisationId,
    (tracked, at): (Tracked, Option<&str>),
    key: &CommandId,
    given: &Clarification,
) -> Result<Done, Refusal> {
    let nothing = || {
        let detail = "nothing is missing from this complaint now";
        let problem = Problem::new(ProblemCode::WrongStage, detail).at("/visit");
        Refusal::from(problem.expected("an open visit to a stage of kind clarify"))
    };
    let asks = |asked: &&ClarifyAsked| at.is_none_or(|at| asked.visit.to_string() == at);
    let (visit, epoch) = match (tracked.clarify.as_ref().filter(asks), at) {
        (Some(asked), _) => (json!(asked.visit), asked.epoch),
        (None, Some(at)) => (json!(at), 1),
        (None, None) => (clarified(app, organisation, tracked.complaint).await?.ok_or_else(nothing)?, 1),
    };
    let body = json!({
        "visit": visit, "epoch": epoch, "said": given.said, "order_number": given.order_number,
        "amount": given.amount, "facts": given.facts, "confirmed_by_customer": given.confirmed,
    });
    let subject = SubjectRef::complaint(organisation, tracked.complaint);
    let done = customer(organisation, tracked.complaint, key).order::<Clarify>(app, subject, body).await;
    done.map_err(|refusal| if is_over(&refusal) { nothing() } else { refusal })
}

/// The visit at which the claim was clarified last, if it was.
async fn clarified(
    app: &App,
    organisation: &OrganisationId,
    complaint: ComplaintId,
) -> Result<Option<Value>, Refusal> {
    let query = question(organisation, Actor::System, json!({ "complaint": complaint }));
    let case = app.upstream.ask(ServiceName::Routing, asks::CASE, &query).await?;
    let mut results = case["results"].as_array().into_iter().flatten().rev();
    let found = results.find(|one| one["kind"] == json!(StageKind::Clarify)).map(|one| one["visit"].clone());
    Ok(found.filter(Value::is_string))
}

/// The visit at which satisfaction is asked for, in notification's view of a case.
#[must_use]
pub fn open_callback(case: &Value) -> Option<&Value> {
    open(case, StageKind::Callback)
}

/// The visit at which the customer is asked whether they accept the result.
#[must_use]
pub fn open_reply(case: &Value) -> Option<&Value> {
    open(case, StageKind::Reply).filter(|visit| !visit["told"].is_null() && visit["answered"].is_null())
}

/// A visit of the case.
fn known<'a>(case: &'a Value, visit: &str) -> Option<&'a Value> {
    case["visits"].as_array()?.iter().find(|one| one["visit"] == visit)
}

/// The last visit of a kind, though it was left.
fn last(case: &Value, kind: StageKind) -> Option<&Value> {
    case["visits"].as_array()?.iter().rev().find(|visit| visit["kind"] == json!(kind))
}

fn open(case: &Value, kind: StageKind) -> Option<&Value> {
    let visits = case["visits"].as_array()?;
    visits
        .iter()
        .rev()
        .find(|visit| visit["kind"] == json!(kind) && visit["progress"]["stands"] != json!("left"))
}
