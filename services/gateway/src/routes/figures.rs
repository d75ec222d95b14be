//! The ledger and its figures, from analytics; each says its "as of".

use axum::Json;
use axum::extract::State;
use contracts::queries::routing;
use contracts::{PersonId, ServiceName};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::App;
use crate::asks;
use crate::auth::{Act, Reach};
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Parameters, Segments};
use crate::problem::Refusal;
use crate::routes::work::department;
use crate::upstream::question;

const TAG: &str = "Ledger and figures";

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let get = |path, summary| Endpoint::get(path, TAG, summary).may(Act::ReadFigures);
    Endpoints::new()
        .add(
            get("/ledger", "The ledger, newest first; that of the own department for roles that see no more")
                .with("department", "Only this department")
                .with("category", "Only this category")
                .with("stage", "Only this stage")
                .with("number", "Only this number")
                .with("open", "true: only open ones; false: only closed ones")
                .with("closing", "Only those whose closing summary has this point, such as lessons")
                .paged(),
            ledger,
        )
        .add(
            get("/figures/counts", "How many cases are where, from the ledger")
                .with("department", "Only this department"),
            counts,
        )
        .add(
            get("/figures/open", "How many cases are open, held and closed at this moment, from routing"),
            open,
        )
        .add(
            get("/figures/stage-times", "How long stages took")
                .with("department", "Only this department")
                .with("from", "Visits that ended at this instant or later")
                .with("to", "Visits that ended before this instant"),
            stage_times,
        )
        .add(
            get("/figures/breaches", "The clocks that ran out, latest first")
                .with("department", "Only this department")
                .paged(),
            breaches,
        )
        .add(
            get(
                "/reports",
                "The reports that were made, latest first; the own ones for roles that see no more",
            )
            .with("key", "Only those with this key in their playbook")
            .paged(),
            reports,
        )
        .add(get("/reports/{report}", "One report with its figures and cases, as they were then"), report)
}

/// Whose reports somebody reads: everybody's, or those that they make or get.
fn of_person(app: &App, caller: &Caller) -> Result<Option<PersonId>, Refusal> {
    if caller.0.reach(&app.config.roles) == Reach::All {
        return Ok(None);
    }
    Ok(Some(caller.staff()?.person.clone()))
}

async fn reports(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["key", "cursor", "limit"])?;
    let mut body = json!({ "person": of_person(&app, &caller)?, "key": parameters.text("key") });
    Page::read(&parameters)?.put(&mut body);
    let mut page = ask(&app, &caller, asks::REPORTS, body).await?;
    seal(&mut page);
    Ok(Json(page))
}

async fn report(State(app): State<App>, caller: Caller, segments: Segments) -> Result<Json<Value>, Refusal> {
    let report: uuid::Uuid = segments.get("report")?;
    let body = json!({ "report": report, "person": of_person(&app, &caller)? });
    ask(&app, &caller, asks::REPORT, body).await.map(Json)
}

async fn ask(app: &App, Caller(caller): &Caller, name: &str, body: Value) -> Result<Value, Refusal> {
    let query = question(caller.organisation(), caller.actor(), body);
    app.upstream.ask(ServiceName::Analytics, name, &query).await
}

async fn ledger(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["department", "category", "stage", "number", "open", "closing", "cursor", "limit"])?;
    let mut body = json!({ "department": department(&app, &caller, &parameters)? });
    for name in ["category", "stage", "number", "closing"] {
        if let Some(text) = parameters.text(name) {
            body[name] = text.into();
        }
    }
    body["open"] = json!(parameters.get::<bool>("open", "true or false")?);
    Page::read(&parameters)?.put(&mut body);
    let mut page = ask(&app, &caller, asks::LEDGER, body).await?;
    seal(&mut page);
    Ok(Json(page))
}

async fn open(State(app): State<App>, Caller(caller): Caller) -> Result<Json<Value>, Refusal> {
    let query = question(caller.organisation(), caller.actor(), Value::Null);
    app.upstream.ask(ServiceName::Routing, routing::COUNTS, &query).await.map(Json)
}

async fn counts(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["department"])?;
    let body = json!({ "department": department(&app, &caller, &parameters)? });
    ask(&app, &caller, asks::COUNTS, body).await.map(Json)
}

async fn stage_times(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["department", "from", "to"])?;
    let mut body = json!({ "department": department(&app, &caller, &parameters)? });
    for name in ["from", "to"] {
        body[name] =
            json!(parameters.get::<Timestamp>(name, "an instant such as 2025-03-01T00:00:00+08:00")?);
    }
    ask(&app, &caller, asks::STAGE_TIMES, body).await.map(Json)
}

async fn breaches(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["department", "cursor", "limit"])?;
    let mut body = json!({ "department": department(&app, &caller, &parameters)? });
    Page::read(&parameters)?.put(&mut body);
    let mut page = ask(&app, &caller, asks::BREACHES, body).await?;
    seal(&mut page);
    Ok(Json(page))
}
