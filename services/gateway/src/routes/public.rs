//! For customers, without sign-in: the ways in and who answers for each, how far their complaint is, what is
//! missing, and how satisfied they are.
//!
//! Number and tracking code together open it; a wrong number and a wrong code look the same, and tries are counted by
//! address and by number. What is shown is the stage in plain words, and of what anybody said the claim as it was
//! restated for the customer to confirm.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use contracts::commands::intake::Clarify;
use contracts::commands::notification::RecordCallback;
use contracts::commands::{Actor, Verb};
use contracts::queries::intake::{CHANNELS, ChannelListed, TRACK, Tracked};
use contracts::{OrganisationId, Problem, ProblemCode, ServiceName, StageKind, SubjectRef, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::asks;
use crate::auth::principal::scoped;
use crate::endpoint::{Endpoint, Endpoints, Need};
use crate::extract::{JsonBody, Parameters, Segments, idempotency_key};
use crate::order::{answer, command};
use crate::problem::Refusal;
use crate::upstream::question;

const TAG: &str = "For customers";

/// The ways in. A telephone system reads from it what a caller may choose.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Channels {
    /// Those of all active playbooks.
    pub channels: Vec<ChannelListed>,
}

/// How far a complaint is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Progress {
    /// Its number.
    pub number: String,
    /// When the customer told somebody.
    pub received_at: jiff::Timestamp,
    /// When it was registered.
    pub registered_at: jiff::Timestamp,
    /// What is being done, in plain words.
    pub now: Text,
    /// Since when.
    pub since: Option<jiff::Timestamp>,
    /// Which handling it is, from 1.
    pub instance: u32,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether the customer may supply what is missing.
    pub incomplete: bool,
    /// The claim as it was understood, for the customer to confirm.
    pub restated: Option<String>,
}

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

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .add(
            Endpoint::get("/public/channels", TAG, "The ways in, and who answers for each")
                .needs(Need::Address)
                .with("organisation", "The organisation; the installation's own when absent")
                .answers::<Channels>(),
            channels,
        )
        .add(
            Endpoint::get("/public/complaints", TAG, "How far a complaint is, by number and tracking code")
                .needs(Need::Address)
                .with("number", "The number on the receipt")
                .with("code", "The tracking code on the receipt")
                .with("organisation", "The organisation; the installation's own when absent")
                .answers::<Progress>()
                .refuses(&[ProblemCode::NotFound, ProblemCode::MissingField]),
            progress,
        )
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

async fn channels(State(app): State<App>, parameters: Parameters) -> Result<Json<Channels>, Refusal> {
    parameters.only(&["organisation"])?;
    let organisation = app.organisation(parameters.text("organisation"))?;
    let query = question(&organisation, Actor::Customer, Value::Null);
    let channels = app.upstream.ask(ServiceName::Intake, CHANNELS, &query).await?;
    let channels = serde_json::from_value(channels).map_err(|error| Refusal::defect(&error))?;
    Ok(Json(Channels { channels }))
}

async fn track(
    app: &App,
    organisation: &OrganisationId,
    number: &str,
    code: &str,
) -> Result<Tracked, Refusal> {
    app.limits.tracking(&format!("{organisation}/{number}"))?;
    let query = question(organisation, Actor::Customer, json!({ "number": number, "code": code }));
    let tracked = app.upstream.ask(ServiceName::Intake, TRACK, &query).await?;
    serde_json::from_value(tracked).map_err(|error| Refusal::defect(&error))
}

async fn progress(State(app): State<App>, parameters: Parameters) -> Result<Json<Progress>, Refusal> {
    parameters.only(&["number", "code", "organisation"])?;
    let organisation = app.organisation(parameters.text("organisation"))?;
    let (number, code) = (parameters.required("number")?, parameters.required("code")?);
    let tracked = track(&app, &organisation, number, code).await?;
    let at = tracked.progress.as_ref();
    let incomplete = tracked.clarify.is_some();
    Ok(Json(Progress {
        number: tracked.number,
        received_at: tracked.received_at,
        registered_at: tracked.registered_at,
        now: at.map_or_else(received, |at| if at.closed { closed() } else { in_plain_words(at.kind) }),
        since: at.map(|at| at.since),
        instance: at.map_or(1, |at| at.instance),
        closed: at.is_some_and(|at| at.closed),
        incomplete,
        restated: tracked.clarify.and_then(|asked| asked.restated),
    }))
}

fn text(zh: &str, en: &str) -> Text {
    Text { zh: zh.to_owned(), en: en.to_owned() }
}

fn received() -> Text {
    text("已登记，正在安排处理", "Registered; being assigned")
}

fn closed() -> Text {
    text("已办结", "Closed")
}

/// What a stage means to the customer.
fn in_plain_words(kind: StageKind) -> Text {
    match kind {
        StageKind::Register | StageKind::Triage => received(),
        StageKind::Clarify => text("需要您补充资料", "We need more information from you"),
        StageKind::Wait => text("暂候，条件具备后继续处理", "Waiting; it goes on as soon as it can"),
        StageKind::Verify | StageKind::Investigate | StageKind::Inspect => {
            text("正在调查核实", "Being looked into")
        }
        StageKind::Propose | StageKind::Approve | StageKind::Review | StageKind::Meet => {
            text("正在研究处理意见", "A solution is being decided")
        }
        StageKind::Execute => text("正在落实处理结果", "The solution is being carried out"),
        StageKind::Contact | StageKind::Reply => text("正在与您联系答复", "We are about to answer you"),
        StageKind::Callback => text("正在回访，请您评价", "We would like to hear whether you are satisfied"),
        StageKind::Correct | StageKind::Audit | StageKind::Account | StageKind::Archive => {
            text("已答复，正在归档", "Answered; being filed")
        }
    }
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
    let subject = SubjectRef::complaint(&organisation, tracked.complaint);
    let query = question(&organisation, Actor::System, json!({ "complaint": tracked.complaint }));
    let case = app.upstream.ask(ServiceName::Notification, asks::CASE, &query).await?;
    let visit = open_callback(&case).ok_or_else(|| {
        Problem::new(ProblemCode::WrongStage, "nobody asks for satisfaction with this complaint now")
            .at("/visit")
            .expected("an open visit to a stage of kind callback")
    })?;
    let body = json!({
        "visit": visit["visit"], "epoch": visit["epoch"], "reached": true,
        "satisfaction": asked.satisfaction, "opinion": asked.opinion,
    });
    let key = scoped(&format!("{organisation}/complaint/{}", tracked.complaint), &key);
    let command = command(&key, subject, RecordCallback::VERB, Actor::Customer, body)?;
    let mut done = app.upstream.order(ServiceName::Notification, &command).await?;
    done.body = json!({ "recorded": true });
    Ok(answer(ServiceName::Notification, done))
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
    let asked = tracked.clarify.ok_or_else(|| {
        Problem::new(ProblemCode::WrongStage, "nothing is missing from this complaint now")
            .at("/visit")
            .expected("an open visit to a stage of kind clarify")
    })?;
    let subject = SubjectRef::complaint(&organisation, tracked.complaint);
    let body = json!({
        "visit": asked.visit, "epoch": asked.epoch, "said": given.said, "order_number": given.order_number,
        "amount": given.amount, "facts": given.facts, "confirmed_by_customer": given.confirmed,
    });
    let key = scoped(&format!("{organisation}/complaint/{}", tracked.complaint), &key);
    let command = command(&key, subject, Clarify::VERB, Actor::Customer, body)?;
    let mut done = app.upstream.order(ServiceName::Intake, &command).await?;
    done.body = json!({ "recorded": true });
    Ok(answer(ServiceName::Intake, done))
}

/// The visit at which satisfaction is asked for, in notification's view of a case.
fn open_callback(case: &Value) -> Option<&Value> {
    let visits = case["visits"].as_array()?;
    visits.iter().rev().find(|visit| {
        visit["kind"] == json!(StageKind::Callback) && visit["progress"]["stands"] != json!("left")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_plain_words_in_both_languages() {
        for kind in StageKind::ALL {
            let words = in_plain_words(*kind);
            assert!(!words.zh.is_empty() && !words.en.is_empty());
            assert!(words.zh.chars().all(|c| !c.is_ascii_alphabetic()));
        }
    }
}
