//! Customer service, after: replies, contacts, progress and callbacks that are due, each with how the customer is reached
//! and what is to be known before one speaks.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::queries::intake::Contact;
use contracts::queries::routing::{ContactDue, WorkItem, WorkPage};
use contracts::queries::{intake, notification};
use contracts::{ComplaintId, PersonId, ProblemCode, ServiceName};
use futures::future::{join, join_all};
use pages::after::{ADDRESS, After, Attempts, Customer, Deed, Line, List};
use pages::forms::Label;
use pages::shell::{About, Place};
use pages::tasks::{Note, Scene, notes};
use pages::words::{after as words, tasks as say};
use serde_json::{Value, json};

use super::answering::{self, in_query, page_of};
use super::known::Book;
use super::naming::Naming;
use super::scene::talk_of;
use super::visitor::{Member, new_key};
use super::work::done;
use crate::app::App;
use crate::auth::{self, Act};
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::events::{self, Telling};
use crate::routes::{after, case, work};
use crate::sight::Sight;

/// Lines of a page: of each is asked what is known of its customer.
const LINES: &str = "15";
/// What changes a line though its work stays.
const TALK: &[&str] = &["callback.", "contact.", "reply.", "customer.", "clock."];

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route(ADDRESS, get(list))
        .route("/console/after/events", get(live))
        .route("/console/after/progress/events", get(live_progress))
}

async fn list(member: Member, parameters: Parameters) -> Response {
    show(&member, &parameters, None).await
}

/// The list, with what was refused.
pub(super) async fn show(member: &Member, parameters: &Parameters, refusal: Option<Refusal>) -> Response {
    match model(member, parameters).await {
        Ok(mut model) => {
            let status = refusal.as_ref().map_or(StatusCode::OK, Refusal::status);
            model.problem = refusal.map(|refusal| *refusal.problem);
            let mut shell = member.shell().await;
            shell.path = model.address();
            let content = pages::after::page(&shell.locale, &shell.csrf, &model);
            let live = match model.list {
                List::Progress => "/console/after/progress/events",
                List::Replies | List::Contacts | List::Callbacks => "/console/after/events",
            };
            let title = words::TITLE.get(member.visitor.language).to_owned();
            let about = About { title, place: Some(Place::After), live: Some(live.to_owned()) };
            page_of(status, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console").await,
    }
}

async fn live(State(app): State<App>, member: Member) -> Result<Response, Refusal> {
    member.require(Act::TakeWork)?;
    let department = member.staff.department.clone();
    events::follow_work(app, member.staff, department, (Telling::ThatItChanged, TALK)).await
}

async fn live_progress(State(app): State<App>, member: Member) -> Result<Response, Refusal> {
    member.require(Act::TakeWork)?;
    events::follow_house(app, member.staff, &["clock.", "callback.noted"]).await
}

async fn model(member: &Member, parameters: &Parameters) -> Result<After, Refusal> {
    member.require(Act::TakeWork)?;
    let app = &member.visitor.app;
    let list = parameters.text("list").map_or(Some(List::default()), List::read);
    let list = list.ok_or_else(|| Refusal::not_found("work list"))?;
    let of = parameters.text("of").unwrap_or("mine").to_owned();
    let mut asked = Parameters::of(&[("of", &of), ("limit", LINES)]);
    for name in ["cursor", "department"] {
        if let Some(text) = parameters.text(name) {
            asked = asked.with(name, text);
        }
    }
    let naming = Naming::of(app, &member.staff.organisation, member.visitor.language, &[]).await;
    let (lines, next) = match list.task() {
        Some(task) => {
            let page = work::page(app, &member.caller(), &asked.with("task", task)).await?;
            let page: WorkPage = serde_json::from_value(page).map_err(|error| Refusal::defect(&error))?;
            let line = |item| of_work(member, item, (list, &of), &naming);
            (join_all(page.items.into_iter().map(line)).await, page.next)
        }
        None => {
            let page = after::contacts_page(app, &member.caller(), &asked).await?;
            let line = |item| of_clock(member, item, &of, &naming);
            (join_all(page.items.into_iter().map(line)).await, page.next)
        }
    };
    Ok(After {
        list,
        of,
        lines,
        next,
        cursor: parameters.text("cursor").map(str::to_owned),
        done: done(parameters, member.visitor.language),
        problem: None,
    })
}

/// What is known of a customer and of what was said with them.
struct Known {
    customer: Customer,
    talk: Value,
    book: Arc<Book>,
    withheld: bool,
}

impl Known {
    /// What cannot be read now is left out: a list with gaps is better than none.
    async fn of(member: &Member, complaint: ComplaintId, holder: Option<&PersonId>) -> Self {
        let (app, caller) = (&member.visitor.app, member.principal());
        let ask = |service, name| case::ask_about(app, &caller, service, name, complaint);
        let record = ask(ServiceName::Intake, intake::COMPLAINT);
        let talk = ask(ServiceName::Notification, notification::CASE);
        let (record, talk) = join(record, talk).await;
        let party = |refusal: &Refusal| refusal.problem.code == ProblemCode::ConflictOfInterest;
        let withheld = talk.as_ref().err().is_some_and(party);
        let record = record.unwrap_or_default();
        let book = app.known.book(app, &member.staff.organisation, &record["playbook"]).await;
        let book = book.unwrap_or_default();
        // In these lists the customer is spoken to: who holds a line sees how to reach them, whatever their role.
        let speaks = holder == Some(&member.staff.person);
        let sight = Sight { case: None, contact: speaks || in_reach(member), speaks };
        let contact = case::reach(app, &caller, complaint, &record["complainant"], &sight).await.ok();
        let contact: Option<Contact> = contact.and_then(|contact| serde_json::from_value(contact).ok());
        let channel =
            |key: &str| (!key.is_empty()).then(|| book.label("channels", key, member.visitor.language));
        let likes = contact.as_ref().and_then(|one| channel(one.preferred_channel.as_ref()?.as_str()));
        let came_by = channel(record["channel"].as_str().unwrap_or_default());
        let customer = contact.map(|one| Customer {
            name: one.name,
            phone: one.phone,
            email: one.email,
            masked: one.masked,
            ..Customer::default()
        });
        let customer = Customer { channel: came_by, likes, ..customer.unwrap_or_default() };
        Self { customer, talk: talk.unwrap_or_default(), book, withheld }
    }
}

/// Whether contact data are shown unmasked to the reader of any case in reach.
fn in_reach(member: &Member) -> bool {
    member.principal().rights(&member.visitor.app.config.roles).contact == auth::Contact::InReach
}

async fn of_work(member: &Member, item: WorkItem, (list, of): (List, &str), naming: &Naming) -> Line {
    let known = Known::of(member, item.complaint, item.person.as_ref()).await;
    let talk = talk_of(&known.talk, &item.visit.to_string());
    let verb = if list == List::Contacts { "contact.record" } else { item.task.as_str() };
    let scene = Scene { talk, ..Scene::default() };
    let (first, notes) = apart(notes(verb, &scene));
    let deed = match &item.person {
        Some(person) if *person == member.staff.person => {
            let back = in_query(&format!("{ADDRESS}?list={}&of={of}", list.as_str()));
            Deed::Do(format!("/console/cases/{}/do/{}?back={back}", item.complaint, item.work))
        }
        None => Deed::Claim(item.work.to_string(), new_key()),
        Some(_) => Deed::Read,
    };
    Line {
        id: format!("w{}", item.work),
        complaint: item.complaint.to_string(),
        number: item.number,
        label: item.label.get(naming.language).to_owned(),
        about: item.category.as_ref().map(|key| known.book.label("categories", key, naming.language)),
        level: item.level,
        due: item.due,
        holder: item.person.as_ref().map(|person| naming.house.person(person.as_str())),
        customer: known.customer,
        since: None,
        agreed: scene.talk["guide"]["time_agreed"].as_str().and_then(|at| at.parse().ok()),
        attempts: Some(attempts(list, &scene.talk)),
        first,
        notes,
        withheld: known.withheld,
        deed,
    }
}

/// What was tried at the visit: calls, or contacts.
fn attempts(list: List, talk: &Value) -> Attempts {
    let made = if list == List::Callbacks { &talk["calls"] } else { &talk["contacts"] };
    let made: Vec<_> = made.as_array().into_iter().flatten().collect();
    let calls = &talk["guide"]["calls"];
    Attempts {
        made: made.len(),
        last: made.last().and_then(|one| one["at"].as_str()?.parse().ok()),
        reached: made.iter().filter(|one| one["reached"] == true).count(),
        min: calls["min"].as_u64(),
        max: calls["max"].as_u64(),
    }
}

/// What is read before anything else, and the rest.
fn apart(notes: Vec<Note>) -> (Option<Note>, Vec<Note>) {
    let (first, rest): (Vec<_>, Vec<_>) =
        notes.into_iter().partition(|note| note.title == Label::Word(say::NOTES_FOR_CALLER));
    (first.into_iter().next(), rest)
}

/// Of a case whose customer must hear from us again: whoever speaks with them records it with the case.
async fn of_clock(member: &Member, item: ContactDue, of: &str, naming: &Naming) -> Line {
    let known = Known::of(member, item.complaint, item.person.as_ref()).await;
    let mut talk = talk_of(&known.talk, "");
    let document = known.book.document();
    talk["guide"] = json!({ "scripts": document["scripts"], "checklists": document["checklists"] });
    let scene = Scene { talk, ..Scene::default() };
    let (first, notes) = apart(notes("contact.record", &scene));
    let back = in_query(&format!("{ADDRESS}?list={}&of={of}", List::Progress.as_str()));
    let deed = match member.require(Act::AddToCase) {
        Ok(()) => Deed::Do(format!("/console/cases/{}/do/case/fact.record?back={back}", item.complaint)),
        Err(_) => Deed::Read,
    };
    Line {
        id: format!("c{}", item.complaint),
        complaint: item.complaint.to_string(),
        number: item.number,
        label: item.label.get(naming.language).to_owned(),
        about: item.category.as_ref().map(|key| known.book.label("categories", key, naming.language)),
        level: item.level,
        due: Some(item.due),
        holder: item.person.as_ref().map(|person| naming.house.person(person.as_str())),
        customer: known.customer,
        since: Some(item.since),
        agreed: None,
        attempts: None,
        first,
        notes,
        withheld: known.withheld,
        deed,
    }
}
