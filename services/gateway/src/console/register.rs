//! Taking a complaint in: the form, what is looked up while somebody types, putting it on record, what to tell then.

use std::time::Duration;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use contracts::commands::intake::complaint_for;
use contracts::queries::intake as ask;
use contracts::{ComplaintId, Problem, ProblemCode, ServiceName};
use pages::desk::guide::ticked;
use pages::desk::receipt::{self, Receipt};
use pages::desk::register::{ADDRESS, LOOK, MadeFor, page};
use pages::forms::{Typed, keep, read};
use pages::shell::{About, Place};
use pages::words::shell as words;
use serde_json::{Value, json};

use super::answering::{self, Named, Room, onward};
use super::register_look::look;
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
    sheet(&member, (typed, None), None, new_key()).await
}

/// The page with what was typed and what is known by it; nothing is on record.
async fn looked(member: Member, sent: Sent) -> Response {
    let key = sent.typed.get("key").map_or_else(new_key, str::to_owned);
    let made = as_made(&sent).ok();
    sheet(&member, (sent.typed, made), None, key).await
}

/// How the form was made that was sent.
fn as_made(sent: &Sent) -> Result<MadeFor, Refusal> {
    serde_json::from_str(&sent.text("made_for")).map_err(|_| sent.not_ours("/made_for"))
}

/// The form with what was typed into it, as it was made then.
async fn sheet(
    member: &Member,
    (typed, made): (Typed, Option<MadeFor>),
    problem: Option<Problem>,
    key: String,
) -> Response {
    let refused = problem.as_ref().map(|problem| problem.code);
    let looking = async {
        member.require(Act::Register)?;
        let mut model = look(member, typed).await?.model;
        if let Some(made) = made {
            let all = model.asked.all();
            model.kept = keep(all.clone(), &made.fields(), &model.typed).split_off(all.len());
            model.sent = Some(made).filter(|_| refused == Some(ProblemCode::OutcomeUnknown));
        }
        model.problem = problem.or(model.problem);
        model.key = key;
        Ok(model)
    };
    let title = words::REGISTER.get(member.visitor.language).to_owned();
    let about = About { title, place: Some(Place::Register), live: None };
    let room = Room { about, back: "/console", refused };
    answering::room(member, room, looking.await, |shell, model| page(&shell.locale, &shell.csrf, model)).await
}

async fn send(member: Member, sent: Sent) -> Response {
    match put_on_record(&member, &sent).await {
        Ok(complaint) => onward(&format!("/console/registered/{complaint}")),
        Err(refusal) => {
            // Only where nobody knows may the same key be sent again; for anything else it is a new attempt.
            let unknown = refusal.problem.code == ProblemCode::OutcomeUnknown;
            let key = sent.typed.get("key").filter(|_| unknown).map_or_else(new_key, str::to_owned);
            let made = as_made(&sent).ok();
            sheet(&member, (sent.typed, made), Some(*refusal.problem), key).await
        }
    }
}

/// By the function of the REST route, of what was typed as it was asked for: a repetition is the same order.
async fn put_on_record(member: &Member, sent: &Sent) -> Result<ComplaintId, Refusal> {
    member.require(Act::Register)?;
    let orderer = member.orderer(&sent.key);
    let complaint = complaint_for(&member.staff.organisation, &orderer.key);
    let body = body(&as_made(sent)?, &sent.typed)?;
    complaints::put_on_record(&member.visitor.app, &orderer, body).await?;
    Ok(complaint)
}

/// The order's body: a settlement only where one was typed, and the checklists that were gone through.
fn body(made: &MadeFor, typed: &Typed) -> Result<Value, Problem> {
    let mut body = read(&made.fields(), typed)?;
    let settlement = &body["settlement"];
    let given = settlement["remedies"].as_array().is_some_and(|remedies| !remedies.is_empty());
    if !given && settlement["account"].is_null() {
        body.as_object_mut().map(|body| body.remove("settlement"));
    }
    for (list, points) in &made.checklists {
        let ticked = ticked(list, typed);
        if ticked > 0 {
            body["facts"][format!("form_checklist_{list}")] = json!(format!("{ticked}/{points}"));
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
