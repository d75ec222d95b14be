//! Scenarios that are played against the text of a playbook before it is published.

use axum::Json;
use axum::extract::State;
use contracts::ProblemCode;
use contracts::scenarios::ScenarioRun;
use serde::Deserialize;

use super::settings::TAG;
use crate::app::App;
use crate::auth::Act;
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody};
use crate::problem::Refusal;
use crate::scenarios;

/// What is played.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Playing {
    /// The playbook as YAML text.
    playbook: String,
    /// The scenarios: YAML documents, each after a line `---`; a document of people or a calendar counts for those that
    /// follow it, in place of the organisation's own.
    scenarios: String,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let playing = "Plays scenarios against the text of a playbook, on a simulation";
    Endpoints::new().add(
        Endpoint::post("/playbooks/scenarios/run", TAG, playing)
            .may(Act::ChangeSettings)
            .takes::<Playing>()
            .answers::<ScenarioRun>()
            .refuses(&[ProblemCode::TooLarge, ProblemCode::Unavailable]),
        run,
    )
}

async fn run(
    State(app): State<App>,
    caller: Caller,
    JsonBody(Playing { playbook, scenarios: text }): JsonBody<Playing>,
) -> Result<Json<ScenarioRun>, Refusal> {
    scenarios::run(&app, &caller, playbook, text).await.map(Json)
}
