//! The ledgers that playbooks declare, and what is known of a caller or a matter before a complaint is
//! put on record.

use axum::Json;
use axum::extract::State;
use contracts::queries::intake as record;
use contracts::{ProblemCode, ServiceName};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::asks;
use crate::auth::Act;
use crate::cursor::{Page, seal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, JsonBody, Parameters, Segments};
use crate::problem::Refusal;
use crate::routes::work::department;
use crate::upstream::question;

/// How many entries are offered as a suggestion.
const SUGGESTIONS: u32 = 20;

/// What a receiver knows of a caller and their matter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Earlier {
    /// The caller's number.
    pub phone: Option<String>,
    /// The sender's address.
    pub email: Option<String>,
    /// The order.
    pub order_number: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// What else names the matter, such as a plate or product; at most 200 characters.
    pub search: Option<String>,
}

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let tag = "Ledger and figures";
    Endpoints::new()
        .add(
            Endpoint::get(
                "/ledgers/{ledger}",
                tag,
                "A ledger of the playbooks, newest first; that of the own department for roles that see no more",
            )
            .may(Act::ReadFigures)
            .with("search", "Only entries in which this is read, in Chinese or English")
            .with("category", "Only cases about this")
            .with("department", "Only this department")
            .with("settled", "true: those whose matter was settled; the others otherwise")
            .paged(),
            entries,
        )
        .add(
            Endpoint::post("/earlier", tag, "Earlier complaints and ledger entries of a caller or a matter")
                .may(Act::Register)
                .takes::<Earlier>()
                .refuses(&[ProblemCode::FieldTooLong]),
            earlier,
        )
}

async fn ask(app: &App, Caller(caller): &Caller, name: &str, body: Value) -> Result<Value, Refusal> {
    let query = question(caller.organisation(), caller.actor(), body);
    app.upstream.ask(ServiceName::Analytics, name, &query).await
}

async fn entries(
    State(app): State<App>,
    caller: Caller,
    segments: Segments,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["search", "category", "department", "settled", "cursor", "limit"])?;
    let ledger: String = segments.get("ledger")?;
    let settled = parameters.get::<bool>("settled", "true or false")?.unwrap_or(false);
    let mut body = json!({
        "ledger": ledger, "settled": settled, "department": department(&app, &caller, &parameters)?,
    });
    for name in ["search", "category"] {
        if let Some(text) = parameters.text(name) {
            body[name] = text.into();
        }
    }
    Page::read(&parameters)?.put(&mut body);
    let mut page = ask(&app, &caller, asks::LEDGER_ENTRIES, body).await?;
    seal(&mut page);
    Ok(Json(page))
}

/// The body, not the address, says whom it is about: addresses stand in logs.
async fn earlier(
    State(app): State<App>,
    caller: Caller,
    JsonBody(known): JsonBody<Earlier>,
) -> Result<Json<Value>, Refusal> {
    let Caller(principal) = &caller;
    let asked =
        record::EarlierAsked { phone: known.phone, email: known.email, order_number: known.order_number };
    let query = question(principal.organisation(), principal.actor(), json!(asked));
    let complaints = app.upstream.ask(ServiceName::Intake, record::EARLIER, &query).await?;
    let ids: Vec<_> = complaints.as_array().into_iter().flatten().map(|one| &one["complaint"]).collect();
    let pending = json!({ "complaints": ids, "pending": true });
    let mut marks = ask(&app, &caller, asks::LEDGER_ENTRIES, pending).await?["entries"].take();
    let mut suggestions = json!([]);
    if known.search.is_some() || known.category.is_some() {
        let of = |pending: bool| json!({ "search": known.search, "category": known.category, "pending": pending, "limit": SUGGESTIONS });
        suggestions = ask(&app, &caller, asks::LEDGER_ENTRIES, of(false)).await?["entries"].take();
        if known.search.is_some() {
            let mut named = ask(&app, &caller, asks::LEDGER_ENTRIES, of(true)).await?["entries"].take();
            join(&mut marks, &mut named);
        }
    }
    Ok(Json(json!({ "complaints": complaints, "marks": marks, "suggestions": suggestions })))
}

/// Adds the entries that are not there yet.
fn join(marks: &mut Value, named: &mut Value) {
    let (Some(marks), Some(named)) = (marks.as_array_mut(), named.as_array_mut()) else { return };
    let fresh: Vec<_> = named.drain(..).filter(|one| !marks.contains(one)).collect();
    marks.extend(fresh);
}
