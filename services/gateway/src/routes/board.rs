//! The queues of all departments at a glance, and who is there: for a screen on the wall. Numbers and the names of
//! colleagues, nothing of any complaint.

use axum::Json;
use axum::extract::State;
use contracts::queries::routing as ask;
use contracts::{Problem, ServiceName};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::auth::Act;
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Parameters};
use crate::problem::Refusal;
use crate::store::browser_session;
use crate::upstream::question;

const TAG: &str = "Work lists";
/// Whoever did something within this time is there.
const PRESENT: SignedDuration = SignedDuration::from_mins(15);
/// People who are told at most.
const MOST_PRESENT: i64 = 500;

/// The queues, and who is there.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BoardShown {
    /// The queues.
    #[serde(flatten)]
    pub board: ask::Board,
    /// Who did something at the console in the last quarter of an hour.
    pub present: Vec<Present>,
}

/// Somebody who is there.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Present {
    /// Who.
    pub person: String,
    /// Their department.
    pub department: Option<String>,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new().add(
        Endpoint::get(
            "/board",
            TAG,
            "The queues of all departments with their lanes, what runs out, who is there",
        )
        .may(Act::ReadBoard)
        .with("department", "Of this department alone")
        .answers::<BoardShown>(),
        board,
    )
}

async fn board(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<BoardShown>, Refusal> {
    parameters.only(&["department"])?;
    glance(&app, &caller, parameters.text("department")).await.map(Json)
}

/// The queues as they are now.
///
/// # Errors
/// That routing or the store of the edge cannot be asked.
pub async fn glance(app: &App, caller: &Caller, department: Option<&str>) -> Result<BoardShown, Refusal> {
    let own = caller.0.organisation();
    let query = question(own, caller.0.actor(), json!({ "department": department }));
    let board: ask::Board = Problem::read(app.upstream.ask(ServiceName::Routing, ask::BOARD, &query).await?)?;
    let now = app.now();
    let present = browser_session::present(&app.pool, own, (now - PRESENT, now), MOST_PRESENT).await;
    let present = present.map_err(|error| Refusal::store(&error))?.into_iter();
    let present = present.map(|(person, department)| Present { person, department });
    Ok(BoardShown { board, present: present.collect() })
}
