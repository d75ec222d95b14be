//! Messages to customers and staff, as notification has them: those that lie listed are handed over by a person.

use axum::Json;
use axum::extract::State;
use contracts::{PlaybookId, ProblemCode, ServiceName};
use serde_json::{Value, json};

use crate::app::App;
use crate::asks;
use crate::auth::{Act, Principal, Reach};
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Parameters, Segments};
use crate::problem::Refusal;
use crate::upstream::question;

const TAG: &str = "Messages";

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    Endpoints::new()
        .add(
            Endpoint::get("/outbox", TAG, "Messages with their texts and last attempts, newest first")
                .may(Act::ReadFigures)
                .with("state", "Only those that stand so: waiting, delivered, listed or failed")
                .with("complaint", "Only those about this complaint")
                .paged()
                .refuses(&[ProblemCode::NotAllowed]),
            outbox,
        )
        .add(
            Endpoint::get(
                "/playbooks/{playbook}/templates",
                TAG,
                "Templates of a playbook, and what is wrong in them",
            )
            .may(Act::ReadSettings),
            templates,
        )
}

async fn outbox(
    State(app): State<App>,
    Caller(caller): Caller,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["state", "complaint", "cursor", "limit"])?;
    messages(&app, &caller, &parameters).await.map(Json)
}

/// A page of the outbox. The texts are of all departments, so they are for those who see all cases.
///
/// # Errors
/// `not-allowed`, that notification cannot be asked, or that there is no such page.
pub async fn messages(app: &App, caller: &Principal, parameters: &Parameters) -> Result<Value, Refusal> {
    if caller.reach(&app.config.roles) != Reach::All {
        let detail = "the outbox is for those who see the cases of all departments";
        return Err(Refusal::not_allowed(detail, "a role that sees the cases of all departments"));
    }
    let mut body = json!({});
    for name in ["state", "complaint"] {
        if let Some(text) = parameters.text(name) {
            body[name] = text.into();
        }
    }
    Page::read(parameters)?.put(&mut body);
    let query = question(caller.organisation(), caller.actor(), body);
    let mut page = app.upstream.ask(ServiceName::Notification, asks::OUTBOX, &query).await?;
    seal(&mut page);
    Ok(page)
}

async fn templates(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
) -> Result<Json<Value>, Refusal> {
    let playbook: PlaybookId = segments.get("playbook")?;
    let query = question(caller.organisation(), caller.actor(), json!({ "playbook": playbook }));
    app.upstream.ask(ServiceName::Notification, asks::TEMPLATES, &query).await.map(Json)
}
