//! Every case with its stage, limit, owner, deputy, level and breaches.

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use contracts::queries::routing::{CaseLine, CasesPage};
use pages::shell::{About, Place};
use pages::supervision::{ADDRESS, Line, Sought, Supervision};
use pages::words::figures as words;

use super::answering::{self, Room};
use super::ledger::departments;
use super::naming::Naming;
use super::visitor::Member;
use crate::app::App;
use crate::auth::Act;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::work;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new().route(ADDRESS, get(show))
}

async fn show(member: Member, parameters: Parameters) -> Response {
    let title = words::SUPERVISION.get(member.visitor.language).to_owned();
    let about = About { title, place: Some(Place::Supervision), live: None };
    let made = model(&member, &parameters).await;
    let room = Room { about, back: "/console", refused: None };
    answering::room(&member, room, made, |shell, model| pages::supervision::page(&shell.locale, model)).await
}

async fn model(member: &Member, parameters: &Parameters) -> Result<Supervision, Refusal> {
    member.require(Act::ReadFigures)?;
    let app = &member.visitor.app;
    // Open ones when nobody says: what is closed runs out no more.
    let said = parameters.all().next().is_some();
    let asked = if said { parameters.clone() } else { parameters.clone().with("place", "at_stage") };
    let page = work::cases_page(app, &member.caller(), &asked).await?;
    let page: CasesPage = serde_json::from_value(page).map_err(|error| Refusal::defect(&error))?;
    let naming = Naming::of(app, &member.staff.organisation, member.visitor.language, &[]).await;
    let mut lines = Vec::new();
    for case in page.items {
        lines.push(line(member, case, &naming).await);
    }
    let address = |parameters: Parameters| format!("{ADDRESS}?{parameters}");
    let text = |name: &str| asked.text(name).unwrap_or_default().to_owned();
    Ok(Supervision {
        sought: Sought {
            department: text("department"),
            departments: departments(member, &naming),
            stage: text("stage"),
            stages: naming.choices("stages"),
            level: text("level"),
            place: text("place"),
            missed: asked.text("missed") == Some("true"),
        },
        lines,
        next: page.next.map(|next| address(asked.clone().with("cursor", &next))),
        first: asked.text("cursor").map(|_| address(asked.clone().without(&["cursor"]))),
    })
}

async fn line(member: &Member, case: CaseLine, naming: &Naming) -> Line {
    let app = &member.visitor.app;
    let of = serde_json::json!(case.playbook);
    let book = app.known.book(app, &member.staff.organisation, &of).await.unwrap_or_default();
    let person = |key: &contracts::PersonId| naming.house.person(key.as_str());
    let holders = case.holders.iter().map(|holder| {
        (
            naming.word(&holder.task),
            holder.person.as_ref().map(person),
            holder.instead_of.as_ref().map(person),
        )
    });
    Line {
        about: case.category.as_ref().map(|key| book.label("categories", key, naming.language)),
        department: case
            .department
            .as_ref()
            .map(|key| naming.house.department(key.as_str(), naming.language)),
        holders: holders.collect(),
        case,
    }
}
