//! Work lists, claiming and handing back.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::queries::routing::{WorkItem, WorkPage};
use contracts::{Language, WorkId};
use pages::shell::{About, Place};
use pages::words::{shell as words, work as say};
use pages::work::{Line, List, Work};

use super::after;
use super::answering::{self, Named, in_query, onward, page_of};
use super::known::House;
use super::sent::Sent;
use super::visitor::{Member, new_key};
use crate::app::App;
use crate::auth::Act;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::events::{self, Telling};
use crate::routes::work;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/work", get(list))
        .route("/console/work/events", get(live))
        .route("/console/work/{work}/claim", post(claim))
        .route("/console/work/{work}/hand-back", post(hand_back))
}

async fn list(member: Member, parameters: Parameters) -> Response {
    show(&member, &parameters, None).await
}

/// The list, with what was refused.
async fn show(member: &Member, parameters: &Parameters, refusal: Option<Refusal>) -> Response {
    match model(member, parameters).await {
        Ok(mut model) => {
            let status = refusal.as_ref().map_or(StatusCode::OK, Refusal::status);
            model.problem = refusal.map(|refusal| *refusal.problem);
            let mut shell = member.shell().await;
            shell.path = model.address();
            let content = pages::work::page(&shell.locale, &shell.csrf, &model);
            let about = About {
                title: words::MY_WORK.get(member.visitor.language).to_owned(),
                place: Some(Place::Work),
                live: Some("/console/work/events".to_owned()),
            };
            page_of(status, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console/work").await,
    }
}

async fn model(member: &Member, parameters: &Parameters) -> Result<Work, Refusal> {
    member.require(Act::TakeWork)?;
    let app = &member.visitor.app;
    let list = parameters.text("of").map_or(Some(List::Mine), List::read);
    let list = list.ok_or_else(|| Refusal::not_found("work list"))?;
    let page = work::page(app, &member.caller(), parameters).await?;
    let page: WorkPage = serde_json::from_value(page).map_err(|error| Refusal::defect(&error))?;
    let house = app.known.house(app, &member.staff.organisation).await;
    let language = member.visitor.language;
    // What an item is about is named by a playbook that the item does not tell: of those in force, the first that has it.
    let book = app.known.front(app, &member.staff.organisation, "web").await.unwrap_or_default();
    let line = |item: WorkItem| {
        let about = item.category.as_ref().map(|key| book.label("categories", key, language));
        line(item, about, &house, member)
    };
    Ok(Work {
        list,
        lines: page.items.into_iter().map(line).collect(),
        next: page.next,
        cursor: parameters.text("cursor").map(str::to_owned),
        done: done(parameters, language),
        problem: None,
    })
}

fn line(item: WorkItem, about: Option<String>, house: &House, member: &Member) -> Line {
    let language = member.visitor.language;
    Line {
        task: pages::tasks::name(&item.task)
            .map_or_else(|| item.task.clone(), |word| word.get(language).to_owned()),
        about,
        holder: item.person.as_ref().map(|person| house.person(person.as_str())),
        instead_of: item.instead_of.as_ref().map(|person| house.person(person.as_str())),
        mine: item.person.as_ref() == Some(&member.staff.person),
        key: new_key(),
        item,
    }
}

/// What was done just now, as the address says: a key of ours and a number, nothing else is repeated.
pub(super) fn done(parameters: &Parameters, language: Language) -> Option<String> {
    let word = match parameters.text("done")? {
        "claimed" => say::CLAIMED,
        "handed-back" => say::HANDED_BACK,
        "finished" => say::FINISHED,
        "file" => pages::words::case::FILE_ADDED_NOW,
        _ => return None,
    };
    let number: String = parameters
        .text("number")
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '-')
        .take(64)
        .collect();
    Some(word.with(language, &[("number", &number)]))
}

/// On to a page, which says what was done.
pub(super) fn said(back: &str, done: &str, number: &str) -> Response {
    let sign = if back.contains('?') { '&' } else { '?' };
    onward(&format!("{back}{sign}done={done}&number={}", in_query(number)))
}

async fn live(State(app): State<App>, member: Member) -> Result<Response, Refusal> {
    member.require(Act::TakeWork)?;
    let department = member.staff.department.clone();
    events::follow_work(app, member.staff, department, (Telling::ThatItChanged, &[])).await
}

async fn claim(State(app): State<App>, member: Member, Named(work): Named<WorkId>, sent: Sent) -> Response {
    let claiming = async {
        member.require(Act::TakeWork)?;
        work::take(&app, &member.orderer(&sent.key), sent.get("complaint")?, work).await
    };
    finish(&member, &sent, claiming.await.map(drop), "claimed", "/console/work?of=queue").await
}

async fn hand_back(
    State(app): State<App>,
    member: Member,
    Named(work): Named<WorkId>,
    sent: Sent,
) -> Response {
    let giving = async {
        member.require(Act::TakeWork)?;
        let reason = sent.text("/reason");
        work::give_back(&app, &member.orderer(&sent.key), sent.get("complaint")?, work, &reason).await
    };
    finish(&member, &sent, giving.await.map(drop), "handed-back", "/console/work").await
}

/// Back to the page from where it was ordered, or the list with what was refused.
async fn finish(
    member: &Member,
    sent: &Sent,
    done: Result<(), Refusal>,
    word: &str,
    otherwise: &str,
) -> Response {
    match done {
        Ok(()) => said(&sent.back(otherwise), word, &sent.text("number")),
        Err(refusal) => {
            let list = sent.back(otherwise);
            if list.starts_with(pages::after::ADDRESS) {
                let of = |one: &pages::after::List| list.contains(&format!("list={}", one.as_str()));
                let one = pages::after::List::ALL.into_iter().find(of).unwrap_or_default();
                return after::show(member, &Parameters::of(&[("list", one.as_str())]), Some(refusal)).await;
            }
            let of = if list.contains("of=queue") {
                "queue"
            } else if list.contains("of=department") {
                "department"
            } else {
                "mine"
            };
            show(member, &Parameters::of(&[("of", of)]), Some(refusal)).await
        }
    }
}
