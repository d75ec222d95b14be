//! Customer service, after: whose customers must hear from us again, and what customers answer to the question whether
//! they are satisfied.

use axum::Json;
use axum::extract::State;
use contracts::queries::notification as said;
use contracts::queries::routing as ask;
use contracts::{Problem, ProblemCode, ServiceName};
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{Act, Reach};
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Parameters};
use crate::problem::Refusal;
use crate::routes::work::{department, filter};
use crate::upstream::question;

const TAG: &str = "Customer service, after";

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .add(
            Endpoint::get(
                "/contacts",
                TAG,
                "Customers who must hear from us again, what runs out first at the top",
            )
            .may(Act::TakeWork)
            .with("of", "`mine` (when absent): whom I owe word; `department`: whom my department does")
            .with("department", "Another department; only for roles that see all cases")
            .answers::<ask::ContactsPage>()
            .paged(),
            contacts,
        )
        .add(
            Endpoint::get(
                "/satisfaction",
                TAG,
                "What customers answered to whether they are satisfied, newest first",
            )
            .may(Act::ReadCase)
            .with("department", "Of this department: which asked them, or whose matter it was")
            .with("positive", "false: only those who are not satisfied; true: only the others")
            .answers::<said::SatisfactionPage>()
            .paged(),
            satisfaction,
        )
}

async fn contacts(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<ask::ContactsPage>, Refusal> {
    parameters.only(&["of", "department", "cursor", "limit"])?;
    contacts_page(&app, &caller, &parameters).await.map(Json)
}

/// A page of the customers who must hear from us again.
///
/// # Errors
/// `not-allowed` for another department, `invalid-field`, and that routing cannot be asked.
pub async fn contacts_page(
    app: &App,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<ask::ContactsPage, Refusal> {
    if parameters.text("of") == Some("queue") {
        let problem = Problem::new(ProblemCode::InvalidField, "what a clock asks for waits in no queue");
        return Err(problem.at("?of").expected("mine, department").into());
    }
    let all = caller.0.reach(&app.config.roles) == Reach::All;
    let mut body = filter(caller.staff()?, all, parameters)?;
    Page::read(parameters)?.put(&mut body);
    page(app, caller, ServiceName::Routing, (ask::CONTACTS, body)).await
}

async fn satisfaction(
    State(app): State<App>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Json<said::SatisfactionPage>, Refusal> {
    parameters.only(&["department", "positive", "cursor", "limit"])?;
    satisfaction_page(&app, &caller, &parameters).await.map(Json)
}

/// A page of what customers answered, within the caller's reach.
///
/// # Errors
/// `not-allowed` for another's department, `invalid-field`, and that notification cannot be asked.
pub async fn satisfaction_page(
    app: &App,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<said::SatisfactionPage, Refusal> {
    let mut body = json!({
        "department": department(app, caller, parameters)?,
        "positive": parameters.get::<bool>("positive", "true or false")?,
    });
    Page::read(parameters)?.put(&mut body);
    page(app, caller, ServiceName::Notification, (said::SATISFACTION, body)).await
}

async fn page<T: serde::de::DeserializeOwned>(
    app: &App,
    caller: &Caller,
    service: ServiceName,
    (name, body): (&str, Value),
) -> Result<T, Refusal> {
    let query = question(caller.0.organisation(), caller.0.actor(), body);
    let mut page = app.upstream.ask(service, name, &query).await?;
    seal(&mut page);
    serde_json::from_value(page).map_err(|error| Refusal::defect(&error))
}
