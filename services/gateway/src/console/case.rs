//! The page of a case, its files, and its stream.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::queries::intake::{Contact, FileListed, Told};
use contracts::queries::routing::{ClockShown, Refused};
use contracts::queries::{intake, routing};
use contracts::{ComplaintId, FileId, ProblemCode, ServiceName, SubjectRef};
use futures::future::try_join4;
use pages::shell::{About, Place};
use pages::words::case as words;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::answering::{self, Named, page_of};
use super::case_told::as_staff_read;
use super::case_view::{self, Seen};
use super::visitor::Member;
use super::work::done;
use crate::app::App;
use crate::auth::Act;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::events::{self, Reader, Telling};
use crate::routes::{case, files};
use crate::sight;
use crate::timeline::{self, Positions, Shown};

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/cases/{complaint}", get(show))
        .route("/console/cases/{complaint}/events", get(live))
        .route("/console/cases/{complaint}/files/{file}", get(file))
}

/// All that is known of a case, as somebody may see it.
pub(super) struct Known {
    /// The record and every service's view.
    pub views: Map<String, Value>,
    /// What the customer told.
    pub told: Told,
    /// How to reach them.
    pub contact: Option<Contact>,
    /// The clocks, explained.
    pub clocks: Vec<ClockShown>,
    /// What would be refused to whoever reads.
    pub refused: Refused,
    /// Everything said, oldest first.
    pub said: Vec<Shown>,
    /// The files.
    pub files: Vec<FileListed>,
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value).map_err(|error| Refusal::defect(&error))
}

/// Asks for all that is known of a case.
pub(super) async fn known(member: &Member, complaint: ComplaintId) -> Result<Known, Refusal> {
    member.require(Act::ReadCase)?;
    let (app, caller) = (&member.visitor.app, member.principal());
    let sight = sight::of_customer(app, &caller, complaint).await?;
    let subject = SubjectRef::complaint(&member.staff.organisation, complaint);
    let clocks = async {
        match case::ask_about(app, &caller, ServiceName::Routing, routing::CLOCKS, complaint).await {
            // Registered a moment ago.
            Err(refusal) if refusal.problem.code == ProblemCode::NotFound => Ok(Value::Array(Vec::new())),
            other => other,
        }
    };
    // Where it cannot be told, nothing is said to be impossible: the services check what is ordered.
    let refused = async {
        let told = case::ask_about(app, &caller, ServiceName::Routing, routing::REFUSED, complaint).await;
        Ok(told.ok().and_then(|told| serde_json::from_value(told).ok()).unwrap_or_default())
    };
    let words = async {
        let told = case::ask_about(app, &caller, ServiceName::Intake, intake::TEXT, complaint).await?;
        let files = files::of_complaint(app, &caller, complaint).await?;
        Ok((told, files))
    };
    let whole = case::whole(app, &caller, complaint, &sight);
    let ((mut views, _), clocks, refused, (told, files)) = try_join4(whole, clocks, refused, words).await?;
    let said = views.get_mut("notification").and_then(|view| view.get_mut("words")?.as_object_mut());
    for text in said.into_iter().flat_map(Map::values_mut) {
        if let Value::String(text) = text {
            *text = as_staff_read(text, member.visitor.language);
        }
    }
    let said = timeline::read(app, &subject, &Positions::new()).await?;
    let complainant = &views["complaint"]["complainant"];
    // Who was forgotten has no contact data any more.
    let contact = case::reach(app, &caller, complaint, complainant, &sight).await.ok();
    let contact = contact.and_then(|contact| serde_json::from_value(contact).ok());
    Ok(Known { views, told: read(told)?, contact, clocks: read(clocks)?, refused, said, files: read(files)? })
}

/// Who looks at the case, with what is needed to name things.
pub(super) async fn seen(member: &Member, complaint: ComplaintId, known: &Known) -> Result<Seen, Refusal> {
    let app = &member.visitor.app;
    let organisation = &member.staff.organisation;
    let book = app.known.book(app, organisation, &known.views["complaint"]["playbook"]).await;
    Ok(Seen {
        language: member.visitor.language,
        house: app.known.house(app, organisation).await,
        book: book.unwrap_or_default(),
        staff: member.staff.clone(),
        may_work: member.require(Act::DoWork).is_ok(),
        may_take: member.require(Act::TakeWork).is_ok(),
        may_add: member.require(Act::AddToCase).is_ok(),
        csrf: member.visitor.csrf(),
        megabytes: app.config.file_max_bytes / (1024 * 1024),
        address: format!("/console/cases/{complaint}"),
        complaint,
    })
}

async fn show(member: Member, Named(complaint): Named<ComplaintId>, parameters: Parameters) -> Response {
    match model(&member, complaint, &parameters).await {
        Ok(model) => {
            let shell = member.shell().await;
            let title = shell.locale.fill(words::TITLE, &[("number", &model.number)]);
            let content = pages::case::page(&shell.locale, &shell.csrf, &model);
            let about =
                About { title, place: Some(Place::Work), live: Some(format!("{}/events", model.address)) };
            page_of(StatusCode::OK, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console/work").await,
    }
}

async fn model(
    member: &Member,
    complaint: ComplaintId,
    parameters: &Parameters,
) -> Result<pages::case::Case, Refusal> {
    let known = known(member, complaint).await?;
    let seen = seen(member, complaint, &known).await?;
    let mut model = case_view::case(&seen, known);
    model.done = done(parameters, member.visitor.language);
    Ok(model)
}

async fn live(
    State(app): State<App>,
    member: Member,
    Named(complaint): Named<ComplaintId>,
) -> Result<Response, Refusal> {
    member.require(Act::ReadCase)?;
    sight::of_case(&app, &member.principal(), complaint).await?;
    let subject = SubjectRef::complaint(&member.staff.organisation, complaint);
    events::follow(app, subject, None, (Reader::Staff(&member.staff), Telling::ThatItChanged)).await
}

async fn file(
    State(app): State<App>,
    member: Member,
    Named((complaint, file)): Named<(ComplaintId, FileId)>,
) -> Result<Response, Refusal> {
    member.require(Act::ReadCase)?;
    files::content(app, member.principal(), complaint, file).await
}
