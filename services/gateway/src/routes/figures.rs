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
use crate::seeking::{self, Days, Edge};
use crate::upstream::question;

const TAG: &str = "Ledger and figures";
/// The period of figures when nobody says.
const USUAL_PERIOD: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let get = |path, summary| Endpoint::get(path, TAG, summary).may(Act::ReadFigures);
    Endpoints::new()
        .add(
            seeking::described(get(
                "/ledger",
                "The ledger, newest first; that of the own department for roles that see no more",
            ))
            .paged(),
            ledger,
        )
        .add(
            get(
                "/figures/overview",
                "What a period was like: volume, what is open, breaches, satisfaction, ownership of time",
            )
            .with("from", "From this instant or day; thirty days back when absent")
            .with("to", "Before this instant, or with this day; with today when absent")
            .with("by", "`day` (when absent), `week` or `month`: how the period is divided")
            .with("department", "Only this department"),
            overview,
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
    reports_page(&app, &caller, &parameters).await.map(Json)
}

/// A page of the reports that the caller sees.
///
/// # Errors
/// `invalid-field`, and that analytics cannot be asked.
pub async fn reports_page(app: &App, caller: &Caller, parameters: &Parameters) -> Result<Value, Refusal> {
    let mut body = json!({ "person": of_person(app, caller)?, "key": parameters.text("key") });
    Page::read(parameters)?.put(&mut body);
    let mut page = ask(app, caller, asks::REPORTS, body).await?;
    seal(&mut page);
    Ok(page)
}

async fn report(State(app): State<App>, caller: Caller, segments: Segments) -> Result<Json<Value>, Refusal> {
    one_report(&app, &caller, segments.get("report")?).await.map(Json)
}

/// A report, if the caller sees it.
///
/// # Errors
/// `not-found`, and that analytics cannot be asked.
pub async fn one_report(app: &App, caller: &Caller, report: uuid::Uuid) -> Result<Value, Refusal> {
    let body = json!({ "report": report, "person": of_person(app, caller)? });
    ask(app, caller, asks::REPORT, body).await
}

/// Asks analytics.
///
/// # Errors
/// What it refuses, and that it cannot be asked.
pub async fn ask(app: &App, Caller(caller): &Caller, name: &str, body: Value) -> Result<Value, Refusal> {
    let query = question(caller.organisation(), caller.actor(), body);
    app.upstream.ask(ServiceName::Analytics, name, &query).await
}

async fn ledger(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&seeking::names().chain(["cursor", "limit"]).collect::<Vec<_>>())?;
    ledger_page(&app, &caller, &parameters).await.map(Json)
}

/// A page of the ledger, as far as the caller sees it.
///
/// # Errors
/// `not-allowed` for another's department, `invalid-field`, and that analytics cannot be asked.
pub async fn ledger_page(app: &App, caller: &Caller, parameters: &Parameters) -> Result<Value, Refusal> {
    let mut body = seeking::ledger(app, caller, parameters).await?;
    Page::read(parameters)?.put(&mut body);
    let mut page = ask(app, caller, asks::LEDGER, body).await?;
    seal(&mut page);
    Ok(page)
}

async fn overview(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["from", "to", "by", "department"])?;
    let (body, _) = overview_of(&app, &caller, &parameters).await?;
    Ok(Json(body))
}

/// The figures of a period, as far as the caller sees them, and the period.
///
/// # Errors
/// `not-allowed` for another's department, `invalid-field`, and that analytics cannot be asked.
pub async fn overview_of(
    app: &App,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<(Value, (Timestamp, Timestamp)), Refusal> {
    let organisation = caller.0.organisation();
    let (days, zone) = (Days::of(app, organisation), app.known.house(app, organisation).await.zone.clone());
    let today = Parameters::of(&[("to", &app.now().to_zoned(zone.clone()).date().to_string())]);
    let to = match days.instant(parameters, "to", Edge::End).await? {
        Some(to) => to,
        None => days.instant(&today, "to", Edge::End).await?.unwrap_or_else(|| app.now()),
    };
    let from = days.instant(parameters, "from", Edge::Begin).await?;
    let from = from.or_else(|| to.checked_sub(USUAL_PERIOD).ok()).unwrap_or(to);
    let by = parameters.text("by").unwrap_or("day");
    let body = json!({
        "from": from, "to": to, "by": by, "zone": zone.iana_name().unwrap_or("UTC"),
        "department": department(app, caller, parameters)?,
    });
    Ok((ask(app, caller, asks::OVERVIEW, body).await?, (from, to)))
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
