//! The shift-handover log: writing down what is unfinished, and taking note of it.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::commands::Actor;
use contracts::commands::routing::HandoverItem;
use contracts::queries::routing::{HandoverShown, HandoversPage, WorkItem};
use contracts::{HandoverId, Problem, ProblemCode};
use pages::desk::handovers::{ADDRESS, Entry, Handovers, Unfinished, page};
use pages::forms::Typed;
use pages::shell::{About, Place};
use pages::words::{desk as say, shell as words};

use super::answering::{self, Named, onward, page_of};
use super::known::House;
use super::sent::Sent;
use super::visitor::{Member, new_key};
use crate::app::App;
use crate::auth::Act;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::{events, handovers};

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route(ADDRESS, get(list).post(write))
        .route("/console/handovers/events", get(live))
        .route("/console/handovers/{handover}", post(take_note))
}

async fn list(member: Member, parameters: Parameters) -> Response {
    sheet(&member, &parameters, (Typed::default(), None)).await
}

async fn sheet(
    member: &Member,
    parameters: &Parameters,
    (typed, problem): (Typed, Option<Problem>),
) -> Response {
    let status = problem.as_ref().map_or(200, |problem| problem.code.status());
    match model(member, parameters).await {
        Ok(mut model) => {
            model.problem = problem;
            model.typed = typed;
            let shell = member.shell().await;
            let content = page(&shell.locale, &shell.csrf, &model);
            let about = About {
                title: words::HANDOVERS.get(member.visitor.language).to_owned(),
                place: Some(Place::Handovers),
                live: Some("/console/handovers/events".to_owned()),
            };
            let status = StatusCode::from_u16(status).unwrap_or_default();
            page_of(status, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console").await,
    }
}

async fn model(member: &Member, parameters: &Parameters) -> Result<Handovers, Refusal> {
    member.require(Act::TakeWork)?;
    let (app, caller) = (&member.visitor.app, member.caller());
    let found: HandoversPage = Problem::read(handovers::page(app, &caller, parameters).await?)?;
    let house = app.known.house(app, &member.staff.organisation).await;
    let unfinished = match &member.staff.department {
        Some(department) => handovers::unfinished(app, &caller, department).await.unwrap_or_default(),
        None => Vec::new(),
    };
    let language = member.visitor.language;
    let done = match parameters.text("done") {
        Some("written") => Some(say::HANDED_OVER),
        Some("noted") => Some(say::NOTED),
        _ => None,
    };
    Ok(Handovers {
        unfinished: unfinished.into_iter().map(|item| one(item, member)).collect(),
        entries: found.items.into_iter().map(|shown| entry(shown, &house, member)).collect(),
        next: found.next,
        cursor: parameters.text("cursor").map(str::to_owned),
        done: done.map(|word| word.get(language).to_owned()),
        key: new_key(),
        ..Handovers::default()
    })
}

fn task(key: &str, member: &Member) -> String {
    pages::tasks::name(key)
        .map_or_else(|| key.to_owned(), |word| word.get(member.visitor.language).to_owned())
}

fn one(item: WorkItem, member: &Member) -> Unfinished {
    Unfinished {
        work: item.work.to_string(),
        complaint: item.complaint.to_string(),
        task: task(&item.task, member),
        mine: item.person.as_ref() == Some(&member.staff.person),
        number: item.number,
        due: item.due,
    }
}

fn entry(shown: HandoverShown, house: &House, member: &Member) -> Entry {
    let name =
        |actor: &Actor| actor.person().map_or_else(String::new, |person| house.person(person.as_str()));
    Entry {
        by: name(&shown.by),
        department: house.department(shown.department.as_str(), member.visitor.language),
        tasks: shown.items.iter().map(|item| task(&item.task, member)).collect(),
        acknowledged_by: shown.acknowledged_by.as_ref().map(name),
        may_note: shown.by.person() != Some(&member.staff.person)
            && member.staff.department.as_ref() == Some(&shown.department),
        key: new_key(),
        shown,
    }
}

async fn live(State(app): State<App>, member: Member) -> Result<Response, Refusal> {
    member.require(Act::TakeWork)?;
    events::follow_house(app, member.staff, &["handover."]).await
}

async fn write(member: Member, sent: Sent) -> Response {
    let writing = async {
        member.require(Act::TakeWork)?;
        let handover = handovers::Handover {
            department: None,
            note: sent.typed.get("/note").map(str::to_owned),
            items: Some(items(&sent.typed)?),
        };
        let (app, caller) = (&member.visitor.app, member.caller());
        handovers::write_down(app, &caller, &member.orderer(&sent.key), handover).await
    };
    match writing.await {
        Ok(_) => onward(&format!("{ADDRESS}?done=written")),
        Err(refusal) => sheet(&member, &Parameters::of(&[]), (sent.typed, Some(*refusal.problem))).await,
    }
}

/// The items that were ticked, with what was said of each.
fn items(typed: &Typed) -> Result<Vec<HandoverItem>, Refusal> {
    let foreign = || {
        let problem = Problem::new(ProblemCode::InvalidField, "the form is not one of ours");
        Refusal::from(problem.at("/items").expected("the items that the page had"))
    };
    let ticked =
        typed.0.iter().filter_map(|(name, complaint)| Some((name.strip_prefix("item/")?, complaint)));
    let item = |(work, complaint): (&str, &String)| {
        Ok(HandoverItem {
            complaint: complaint.parse().map_err(|_| foreign())?,
            work: work.parse().map_err(|_| foreign())?,
            note: typed.get(&format!("note/{work}")).map(str::to_owned),
        })
    };
    ticked.map(item).collect()
}

async fn take_note(member: Member, Named(handover): Named<HandoverId>, sent: Sent) -> Response {
    let noting = async {
        member.require(Act::TakeWork)?;
        handovers::take_note(&member.visitor.app, &member.orderer(&sent.key), handover).await
    };
    match noting.await {
        Ok(_) => onward(&format!("{ADDRESS}?done=noted")),
        Err(refusal) => {
            sheet(&member, &Parameters::of(&[]), (Typed::default(), Some(*refusal.problem))).await
        }
    }
}
