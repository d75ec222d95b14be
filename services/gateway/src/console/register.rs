//! Taking a complaint in: the form, what is looked up while somebody types, putting it on record, what to tell then.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::commands::intake::complaint_for;
use contracts::queries::intake as ask;
use contracts::{ComplaintId, Problem, ProblemCode, ServiceName};
use pages::desk::receipt::{self, Receipt};
use pages::desk::register::{ADDRESS, LOOK, page};
use pages::forms::{Typed, read};
use pages::shell::{About, Place};
use pages::words::shell as words;
use serde_json::{Value, json};

use super::answering::{self, Named, onward, page_of};
use super::register_look::{Looked, look};
use super::sent::Sent;
use super::visitor::{Member, new_key};
use crate::app::App;
use crate::auth::Act;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::{case, complaints, desk};
use crate::sight::{self, Sight};

/// How often routing is asked for a case that was registered a moment ago, and how long between.
const PATIENCE: (u32, Duration) = (12, Duration::from_millis(150));

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route(ADDRESS, get(show).post(send))
        .route(LOOK, get(async || onward(ADDRESS)).post(looked))
        .route("/console/registered/{complaint}", get(registered))
}

async fn show(member: Member, parameters: Parameters) -> Response {
    let mut typed = Typed::default();
    if let Some(channel) = parameters.text("channel") {
        typed.0.insert("/channel".to_owned(), channel.to_owned());
    }
    sheet(&member, typed, None, new_key()).await
}

/// The page with what was typed and what is known by it; nothing is on record.
async fn looked(member: Member, sent: Sent) -> Response {
    let key = sent.typed.get("key").map_or_else(new_key, str::to_owned);
    sheet(&member, sent.typed, None, key).await
}

async fn sheet(member: &Member, typed: Typed, problem: Option<Problem>, key: String) -> Response {
    let status = problem.as_ref().map_or(200, |problem| problem.code.status());
    let made = async {
        member.require(Act::Register)?;
        look(member, typed).await
    };
    match made.await {
        Ok(looked) => {
            let mut model = looked.model;
            model.problem = problem.or(model.problem);
            model.key = key;
            let shell = member.shell().await;
            let content = page(&shell.locale, &shell.csrf, &model);
            let title = words::REGISTER.get(member.visitor.language).to_owned();
            let about = About { title, place: Some(Place::Register), live: None };
            page_of(
                StatusCode::from_u16(status).unwrap_or_default(),
                &member.visitor,
                &shell,
                &about,
                &content,
            )
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console").await,
    }
}

async fn send(member: Member, sent: Sent) -> Response {
    match put_on_record(&member, &sent).await {
        Ok(complaint) => onward(&format!("/console/registered/{complaint}")),
        Err(refusal) => {
            // Only where nobody knows may the same key be sent again; for anything else it is a new attempt.
            let unknown = refusal.problem.code == ProblemCode::OutcomeUnknown;
            let key = sent.typed.get("key").filter(|_| unknown).map_or_else(new_key, str::to_owned);
            sheet(&member, sent.typed, Some(*refusal.problem), key).await
        }
    }
}

/// By the function of the REST route.
async fn put_on_record(member: &Member, sent: &Sent) -> Result<ComplaintId, Refusal> {
    member.require(Act::Register)?;
    let looked = look(member, sent.typed.clone()).await?;
    let orderer = member.orderer(&sent.key);
    let complaint = complaint_for(&member.staff.organisation, &orderer.key);
    complaints::put_on_record(&member.visitor.app, &orderer, body(&looked, &sent.typed)?).await?;
    Ok(complaint)
}

/// The order's body: a settlement only where one was typed, and the checklists that were gone through.
fn body(looked: &Looked, typed: &Typed) -> Result<Value, Problem> {
    let mut body = read(&looked.model.asked.all(), typed)?;
    let settlement = &body["settlement"];
    let given = settlement["remedies"].as_array().is_some_and(|remedies| !remedies.is_empty());
    if !given && settlement["account"].is_null() {
        body.as_object_mut().map(|body| body.remove("settlement"));
    }
    for list in &looked.model.guide.checklists {
        let ticked = list.ticked(typed);
        if ticked > 0 {
            body["facts"][format!("form_checklist_{}", list.key)] =
                json!(format!("{ticked}/{}", list.items.len()));
        }
    }
    Ok(body)
}

/// It is on record: number, code, and what the customer is told now.
async fn registered(member: Member, Named(complaint): Named<ComplaintId>) -> Response {
    match receipt_of(&member, complaint).await {
        Ok(model) => {
            let shell = member.shell().await;
            let content = receipt::page(&shell.locale, &model);
            let about = About { title: model.told.number.clone(), place: Some(Place::Register), live: None };
            answering::page(&member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, ADDRESS).await,
    }
}

async fn receipt_of(member: &Member, complaint: ComplaintId) -> Result<Receipt, Refusal> {
    let (app, caller) = (&member.visitor.app, member.caller());
    let sight = soon_seen(member, complaint).await?;
    let told = desk::to_tell(app, &caller, complaint).await?;
    let found = case::ask_about(app, &caller.0, ServiceName::Intake, ask::COMPLAINT, complaint).await?;
    let found: ask::ComplaintFound = Problem::read(found)?;
    let house = app.known.house(app, &member.staff.organisation).await;
    let taken_here = told.acceptor.as_ref() == Some(&member.staff.person);
    let repeats = match found.repeats {
        Some(earlier) => {
            let earlier =
                case::ask_about(app, &caller.0, ServiceName::Intake, ask::COMPLAINT, earlier).await?;
            earlier["number"].as_str().map(str::to_owned)
        }
        None => None,
    };
    Ok(Receipt {
        case: format!("/console/cases/{complaint}"),
        // Whoever took it in tells the code; of the others, who may reach the customer.
        code: (sight.contact || taken_here).then_some(found.tracking_code),
        acceptor: told
            .acceptor
            .as_ref()
            .map(|person| (house.person(person.as_str()), house.reach(person.as_str()))),
        told,
        repeats,
    })
}

/// Registered a moment ago: who sees only their own cases waits until routing has heard of it.
async fn soon_seen(member: &Member, complaint: ComplaintId) -> Result<Sight, Refusal> {
    let (times, between) = PATIENCE;
    for _ in 0..times {
        match sight::of_case(&member.visitor.app, &member.principal(), complaint).await {
            Err(refusal) if refusal.problem.code == ProblemCode::NotFound => {
                tokio::time::sleep(between).await
            }
            seen => return seen,
        }
    }
    sight::of_case(&member.visitor.app, &member.principal(), complaint).await
}
