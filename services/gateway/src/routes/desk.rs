//! The front desk: what holds for a complaint before it is put on record, words to avoid in what is being typed, and
//! what to tell the customer right after.

use axum::Json;
use axum::extract::State;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::queries::intake as ask;
use contracts::{ComplaintId, Problem, ProblemCode, ServiceName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::asks;
use crate::auth::Act;
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody, Segments};
use crate::problem::Refusal;
use crate::routes::case::ask_about;
use crate::sight;
use crate::upstream::question;

const TAG: &str = "Complaints";

/// A text that is being written for a complaint that is not on record yet.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskWording {
    /// The playbook that the complaint would follow.
    pub playbook: PlaybookRef,
    /// The text; at most 5,000 characters.
    pub text: String,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .add(
            Endpoint::post(
                "/desk",
                TAG,
                "Before registering: the playbook, what it asks for, earlier complaints of the caller, a repeat",
            )
            .may(Act::Register)
            .takes::<ask::DeskAsked>()
            .answers::<ask::Desk>()
            .refuses(&[ProblemCode::UnknownPlaybook]),
            before,
        )
        .add(
            Endpoint::post("/desk/wording", TAG, "Words to avoid in a text, before there is a complaint")
                .may(Act::Register)
                .takes::<DeskWording>()
                .refuses(&[ProblemCode::FieldTooLong]),
            wording,
        )
        .add(
            Endpoint::get(
                "/complaints/{complaint}/tell",
                TAG,
                "What to tell the customer right after registering",
            )
            .may(Act::ReadCase)
            .answers::<ask::ToTell>(),
            tell,
        )
}

/// What holds for a complaint that is about to be put on record. The caller's number is asked for in a body, so that it
/// stands in no address.
///
/// # Errors
/// What intake refuses, or that it cannot be asked.
pub async fn look(app: &App, caller: &Caller, asked: Value) -> Result<ask::Desk, Refusal> {
    let query = question(caller.0.organisation(), caller.0.actor(), asked);
    let found = app.upstream.ask(ServiceName::Intake, ask::DESK, &query).await?;
    Ok(Problem::read(found)?)
}

/// Words to avoid in a text, with the better ones.
///
/// # Errors
/// What notification refuses, or that it cannot be asked.
pub async fn words_to_avoid(app: &App, caller: &Caller, written: &DeskWording) -> Result<Value, Refusal> {
    let query = question(caller.0.organisation(), caller.0.actor(), json!(written));
    app.upstream.ask(ServiceName::Notification, asks::WORDING, &query).await
}

/// What to tell the customer right after registering.
///
/// # Errors
/// `not-found` for a case that is not in the caller's reach; that intake cannot be asked.
pub async fn to_tell(app: &App, caller: &Caller, complaint: ComplaintId) -> Result<ask::ToTell, Refusal> {
    let told = ask_about(app, &caller.0, ServiceName::Intake, ask::TELL, complaint).await?;
    Ok(Problem::read(told)?)
}

async fn before(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<Value>,
) -> Result<Json<ask::Desk>, Refusal> {
    caller.staff()?;
    look(&app, &caller, body).await.map(Json)
}

async fn wording(
    State(app): State<App>,
    caller: Caller,
    JsonBody(written): JsonBody<DeskWording>,
) -> Result<Json<Value>, Refusal> {
    caller.staff()?;
    words_to_avoid(&app, &caller, &written).await.map(Json)
}

async fn tell(
    State(app): State<App>,
    caller: Caller,
    segments: Segments,
) -> Result<Json<ask::ToTell>, Refusal> {
    let complaint: ComplaintId = segments.get("complaint")?;
    sight::of_case(&app, &caller.0, complaint).await?;
    to_tell(&app, &caller, complaint).await.map(Json)
}
