//! How equal matters were decided before.

use axum::Json;
use axum::extract::State;
use contracts::queries::{intake as record, routing};
use contracts::{ComplaintId, ServiceName};
use serde_json::{Value, json};

use super::case::ask_about;
use super::figures::ask;
use crate::app::App;
use crate::asks;
use crate::auth::Act;
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Parameters, Segments};
use crate::problem::Refusal;
use crate::routes::work::department;
use crate::sight;

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let summary = "Earlier cases of the same category and kind in which something was decided, latest first; those of \
                   the own department for roles that see no more";
    Endpoints::new().add(
        Endpoint::get("/complaints/{complaint}/precedents", "Complaints", summary).may(Act::ReadCase).paged(),
        precedents,
    )
}

async fn precedents(
    State(app): State<App>,
    caller: Caller,
    segments: Segments,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["cursor", "limit"])?;
    let complaint: ComplaintId = segments.get("complaint")?;
    let sight = sight::of_case(&app, &caller.0, complaint).await?;
    let record = ask_about(&app, &caller.0, ServiceName::Intake, record::COMPLAINT, complaint).await?;
    let case = match sight.case {
        Some(case) => case,
        None => ask_about(&app, &caller.0, ServiceName::Routing, routing::CASE, complaint).await?,
    };
    of_matter(&app, &caller, (complaint, &record, &case), &Page::read(&parameters)?).await.map(Json)
}

/// The precedents of a complaint, given intake's record and routing's view of it: what triage made of it holds. A case
/// that nobody has classified yet has none.
///
/// # Errors
/// `not-allowed` for who sees only their own department and has none; that analytics cannot be asked.
pub async fn of_matter(
    app: &App,
    caller: &Caller,
    (complaint, record, case): (ComplaintId, &Value, &Value),
    page: &Page,
) -> Result<Value, Refusal> {
    let department = department(app, caller, &Parameters::default())?;
    let category = [&case["facts"]["category"], &record["category"]];
    let Some(category) = category.into_iter().find(|one| one.is_string()) else {
        return Ok(json!({ "cases": [], "next": null }));
    };
    let mut body = json!({
        "category": category, "kind": record["kind"], "department": department, "except": complaint,
    });
    page.put(&mut body);
    let mut found = ask(app, caller, asks::PRECEDENTS, body).await?;
    seal(&mut found);
    Ok(found)
}
