//! What customers say to the question whether they are satisfied, as it comes in, with where each case went by it.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use contracts::queries::notification::SatisfactionGiven;
use contracts::queries::routing::{self as ask, CaseLine, CasesPage};
use contracts::{ComplaintId, ServiceName};
use pages::after::satisfaction::{ADDRESS, Line, Satisfaction, page};
use pages::shell::{About, Place};
use pages::words::after as words;
use serde_json::json;

use super::answering;
use super::ledger::departments;
use super::naming::Naming;
use super::visitor::Member;
use crate::app::App;
use crate::auth::Act;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::{after, events};
use crate::upstream::question;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new().route(ADDRESS, get(show)).route("/console/after/satisfaction/events", get(live))
}

async fn show(member: Member, parameters: Parameters) -> Response {
    match model(&member, &parameters).await {
        Ok(model) => {
            let mut shell = member.shell().await;
            shell.path = model.address.clone();
            let content = page(&shell.locale, &model);
            let about = About {
                title: words::FRESH.get(member.visitor.language).to_owned(),
                place: Some(Place::After),
                live: Some("/console/after/satisfaction/events".to_owned()),
            };
            answering::page(&member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console").await,
    }
}

async fn live(State(app): State<App>, member: Member) -> Result<Response, Refusal> {
    member.require(Act::ReadCase)?;
    events::follow_house(app, member.staff, &["callback.recorded", "stage.entered", "case.closed"]).await
}

async fn model(member: &Member, parameters: &Parameters) -> Result<Satisfaction, Refusal> {
    member.require(Act::ReadCase)?;
    let app = &member.visitor.app;
    let asked = parameters.clone().without(&["done", "number"]);
    let found = after::satisfaction_page(app, &member.caller(), &asked).await?;
    let naming = Naming::of(app, &member.staff.organisation, member.visitor.language, &[]).await;
    let mut now = now(member, found.items.iter().map(|one| one.complaint)).await;
    let mut lines = Vec::new();
    for given in found.items {
        let now = now.remove(&given.complaint);
        lines.push(line(member, given, now, &naming).await);
    }
    let address = |parameters: Parameters| format!("{ADDRESS}?{parameters}");
    let text = |name: &str| asked.text(name).unwrap_or_default().to_owned();
    Ok(Satisfaction {
        lines,
        positive: text("positive"),
        department: text("department"),
        departments: departments(member, &naming),
        address: address(asked.clone()),
        next: found.next.map(|next| address(asked.clone().with("cursor", &next))),
        first: asked.text("cursor").map(|_| address(asked.clone().without(&["cursor"]))),
    })
}

/// Where these cases are now; nothing of those that cannot be read.
async fn now(
    member: &Member,
    complaints: impl Iterator<Item = ComplaintId>,
) -> BTreeMap<ComplaintId, CaseLine> {
    let app = &member.visitor.app;
    let complaints: Vec<_> = complaints.collect();
    if complaints.is_empty() {
        return BTreeMap::new();
    }
    let body = json!({ "complaints": complaints, "limit": 200 });
    let query = question(&member.staff.organisation, member.principal().actor(), body);
    let found = app.upstream.ask(ServiceName::Routing, ask::CASES, &query).await.ok();
    let found: Option<CasesPage> = found.and_then(|page| serde_json::from_value(page).ok());
    found.into_iter().flat_map(|page| page.items).map(|case| (case.complaint, case)).collect()
}

async fn line(member: &Member, given: SatisfactionGiven, now: Option<CaseLine>, naming: &Naming) -> Line {
    let app = &member.visitor.app;
    let book = app.known.book(app, &member.staff.organisation, &json!(given.playbook)).await;
    let book = book.unwrap_or_default();
    let language = naming.language;
    Line {
        id: format!("a{}-{}", given.visit, given.attempt),
        complaint: given.complaint.to_string(),
        number: given.number,
        at: given.at,
        answer: book.answer(&given.answer, language),
        positive: given.positive,
        goes_on: given.outcome.is_none(),
        opinion: given.opinion,
        withheld: given.withheld,
        by: given.by.map(|person| naming.house.person(person.as_str())),
        channel: given.channel.map(|key| book.label("channels", key.as_str(), language)),
        department: naming.house.department(given.department.as_str(), language),
        now,
    }
}
