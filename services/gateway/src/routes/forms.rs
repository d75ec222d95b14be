//! A form of a case, as it is filled in: what routing has of it, and what intake alone keeps.

use axum::Json;
use axum::extract::State;
use contracts::queries::intake as record;
use contracts::queries::routing as ask;
use contracts::{ComplaintId, ProblemCode, ServiceName};
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{Act, Principal};
use crate::endpoint::{Endpoint, Endpoints};
use crate::extract::{Caller, Parameters, Segments};
use crate::problem::Refusal;
use crate::sight::{self, Sight};
use crate::upstream::question;

/// The routes.
#[must_use]
pub fn endpoints() -> Endpoints {
    let endpoint =
        Endpoint::get("/complaints/{complaint}/forms/{form}", "Complaints", "A form as it is filled in")
            .may(Act::ReadCase)
            .with("instance", "Which handling, from 1; the last when absent")
            .refuses(&[ProblemCode::InvalidField, ProblemCode::ConflictOfInterest]);
    Endpoints::new().add(endpoint, show)
}

async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    segments: Segments,
    parameters: Parameters,
) -> Result<Json<Value>, Refusal> {
    parameters.only(&["instance"])?;
    let (complaint, form): (ComplaintId, String) = (segments.get("complaint")?, segments.get("form")?);
    let instance: Option<u32> = parameters.get("instance", "a number from 1")?;
    filled_in(&app, &caller, (complaint, &form), instance).await.map(Json)
}

/// A form of a case as it is filled in, as somebody may see it.
///
/// # Errors
/// `not-found`, and that a service cannot be asked.
pub async fn filled_in(
    app: &App,
    caller: &Principal,
    (complaint, form): (ComplaintId, &str),
    instance: Option<u32>,
) -> Result<Value, Refusal> {
    let sight = sight::of_customer(app, caller, complaint).await?;
    let asked = json!({ "complaint": complaint, "form": form, "instance": instance });
    let query = question(caller.organisation(), caller.actor(), asked);
    let mut shown = app.upstream.ask(ServiceName::Routing, ask::FORM, &query).await?;
    let is_kept = |field: &Value| field["from"] == "intake";
    if shown["fields"].as_array().is_some_and(|fields| fields.iter().any(is_kept)) {
        let kept = Kept::of(app, caller, complaint, &sight).await?;
        for field in shown["fields"].as_array_mut().into_iter().flatten().filter(|field| is_kept(field)) {
            field["value"] = kept.value(field["key"].as_str().unwrap_or_default());
        }
        shown["masked"] = json!(kept.contact.masked);
    }
    Ok(shown)
}

/// What intake alone keeps of a complaint, as far as the caller may see it.
struct Kept {
    told: record::Told,
    contact: record::Contact,
    files: Vec<record::FileListed>,
}

impl Kept {
    async fn of(
        app: &App,
        caller: &Principal,
        complaint: ComplaintId,
        sight: &Sight,
    ) -> Result<Self, Refusal> {
        let ask = async |name: &str, body: Value| {
            let query = question(caller.organisation(), caller.actor(), body);
            app.upstream.ask(ServiceName::Intake, name, &query).await
        };
        let of = json!({ "complaint": complaint });
        let found = ask(record::COMPLAINT, of.clone()).await?;
        let who = json!({
            "complainant": found["complainant"], "complaint": complaint, "masked": !sight.contact,
            "speaks": sight.speaks,
        });
        let told = ask(record::TEXT, of.clone()).await?;
        let files = ask(record::FILES, of).await?;
        let contact = match ask(record::CONTACT, who).await {
            // Who was forgotten is on the form no more.
            Err(refusal) if refusal.problem.code == ProblemCode::NotFound => Value::Null,
            other => other?,
        };
        tracing::info!(by = %caller.key(), %complaint, masked = %contact["masked"], "contact data were read");
        let defect = |error: serde_json::Error| Refusal::defect(&error);
        Ok(Self {
            told: serde_json::from_value(told).map_err(defect)?,
            contact: serde_json::from_value::<Option<_>>(contact).map_err(defect)?.unwrap_or_default(),
            files: serde_json::from_value(files).map_err(defect)?,
        })
    }

    fn value(&self, field: &str) -> Value {
        let (told, contact) = (&self.told, &self.contact);
        let any = || {
            [&contact.phone, &contact.email, &contact.address, &contact.other].into_iter().flatten().next()
        };
        match field {
            "name" => json!(contact.name),
            "phone" => json!(contact.phone),
            "email" => json!(contact.email),
            "address" => json!(contact.address),
            "alternative_contact" => json!(contact.other),
            "contact" => json!(any()),
            "narrative" => json!(told.narrative),
            "opinion" => json!(told.opinion),
            "demand" => json!(told.demand),
            "order" => json!(told.order_number),
            "evidence" => json!(self.files.iter().map(|file| &file.name).collect::<Vec<_>>()),
            _ => Value::Null,
        }
    }
}
