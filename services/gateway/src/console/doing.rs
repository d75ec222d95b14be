//! Doing a piece of work: its form, and the order that it becomes.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use contracts::{ComplaintId, Problem, ProblemCode, ServiceName, WorkId};
use pages::case::doing::{Doing, page};
use pages::forms::{Typed, read};
use pages::shell::{About, Place};
use pages::tasks::{Scene, TaskForm, form};
use serde_json::Value;

use super::answering::{self, page_of};
use super::case::{Known, known, seen};
use super::case_view::{Seen, matter};
use super::sent::Sent;
use super::visitor::{Member, new_key};
use super::work::said;
use crate::app::App;
use crate::auth::Act;
use crate::problem::Refusal;
use crate::routes::actions;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new().route("/console/cases/{complaint}/do/{work}", get(show).post(finish))
}

async fn show(member: Member, Path((complaint, work)): Path<(ComplaintId, WorkId)>) -> Response {
    sheet(&member, complaint, work, (Typed::default(), None, new_key())).await
}

/// The form, as it was typed, with what was refused.
async fn sheet(
    member: &Member,
    complaint: ComplaintId,
    work: WorkId,
    (typed, problem, key): (Typed, Option<Problem>, String),
) -> Response {
    let status = problem.as_ref().map_or(200, |problem| problem.code.status());
    let made = async {
        let known = known(member, complaint).await?;
        let seen = seen(member, complaint, &known).await?;
        let form = form_of(&seen, &known, work)?;
        let number = known.views["complaint"]["number"].as_str().unwrap_or_default().to_owned();
        let matter = matter(&seen, &known);
        let work = work.to_string();
        Ok::<_, Refusal>(Doing { case: seen.address, number, work, form, matter, typed, problem, key })
    };
    match made.await {
        Ok(doing) => {
            let shell = member.shell().await;
            let content = page(&shell.locale, &shell.csrf, &doing);
            let title = shell.locale.say(doing.form.title).to_owned();
            let about = About { title, place: Some(Place::Work), live: None };
            let status = StatusCode::from_u16(status).unwrap_or_default();
            page_of(status, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => {
            answering::refused(&member.visitor, &refusal, &format!("/console/cases/{complaint}")).await
        }
    }
}

/// The form of a piece of work that is still to be done.
fn form_of(seen: &Seen, known: &Known, work: WorkId) -> Result<TaskForm, Refusal> {
    let works = known.views["case"]["works"].as_array();
    let found = works.into_iter().flatten().find(|one| one["work"] == work.to_string());
    let found = found.ok_or_else(|| Refusal::not_found("piece of work"))?;
    let task = found["task"].as_str().unwrap_or_default();
    form(task, &scene(seen, known, found)).ok_or_else(|| {
        let problem = Problem::new(ProblemCode::WrongStage, "there is no form for this task yet");
        problem.at("/task").expected(pages::tasks::KNOWN.join(", ")).into()
    })
}

/// What the form depends on: the visit's own brief, as `stage.entered` told it, says what may be chosen.
fn scene(seen: &Seen, known: &Known, work: &Value) -> Scene {
    let visit = work["visit"].as_str().unwrap_or_default();
    let entered =
        known.said.iter().rev().find(|event| event.what == "stage.entered" && event.body["visit"] == visit);
    let visits = known.views["approval"]["visits"].as_array();
    let decided = visits.into_iter().flatten().find(|one| one["visit"] == visit);
    let round = decided.and_then(|one| one["round"]["id"].as_str().or_else(|| one["round"].as_str()));
    Scene {
        visit: visit.to_owned(),
        epoch: work["epoch"].as_u64().unwrap_or(1),
        round: round.map(str::to_owned),
        brief: entered.map(|event| event.body["brief"].clone()).unwrap_or_default(),
        channels: seen.book.choices("channels"),
        departments: seen.house.departments(),
    }
}

async fn finish(
    member: Member,
    Path((complaint, work)): Path<(ComplaintId, WorkId)>,
    sent: Sent,
) -> Response {
    let done = async {
        member.require(Act::DoWork)?;
        let known = known(&member, complaint).await?;
        let seen = seen(&member, complaint, &known).await?;
        let form = form_of(&seen, &known, work)?;
        let body = form.body(read(&form.fields, &sent.typed)?);
        let orderer = member.orderer(&sent.key);
        let order: (ServiceName, &str) = (form.service, form.verb);
        actions::give(&member.visitor.app, &orderer, complaint, order, body).await?;
        Ok::<_, Refusal>(known.views["complaint"]["number"].as_str().unwrap_or_default().to_owned())
    };
    match done.await {
        Ok(number) => said(&format!("/console/cases/{complaint}"), "finished", &number),
        Err(refusal) => {
            // Only where nobody knows may the same key be sent again; for anything else it is a new attempt.
            let key = match refusal.problem.code {
                ProblemCode::OutcomeUnknown => sent.text("key"),
                _ => new_key(),
            };
            sheet(&member, complaint, work, (sent.typed, Some(*refusal.problem), key)).await
        }
    }
}
