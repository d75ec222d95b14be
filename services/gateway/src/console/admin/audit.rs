//! The trail of a complaint and its chains.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use contracts::queries::routing::CASE;
use contracts::{ComplaintId, ProblemCode, ServiceName};
use pages::admin::Room;
use pages::admin::audit::{Chain, Kind, Line, Trail, search, trail};
use pages::words::case as words;
use serde_json::json;

use super::{Said, show};
use crate::app::App;
use crate::auth::Act;
use crate::console::answering::{Named, onward};
use crate::console::case::{known, seen};
use crate::console::case_told::timeline;
use crate::console::visitor::Member;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::audit::verified;
use crate::upstream::question;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/admin/audit", get(find))
        .route("/console/admin/audit/{complaint}", get(shown))
}

async fn find(State(app): State<App>, member: Member, parameters: Parameters) -> Response {
    let number = parameters.text("number").unwrap_or_default().trim().to_owned();
    let made = async {
        member.require(Act::ReadSystem)?;
        if number.is_empty() {
            return Ok(None);
        }
        let principal = member.principal();
        let query = question(principal.organisation(), principal.actor(), json!({ "number": number }));
        match app.upstream.ask(ServiceName::Routing, CASE, &query).await {
            Ok(case) => Ok(case["complaint"].as_str().map(str::to_owned)),
            Err(refusal) if refusal.problem.code == ProblemCode::NotFound => Ok(None),
            Err(refusal) => Err(refusal),
        }
    };
    let made = made.await;
    if let Ok(Some(complaint)) = &made {
        return onward(&format!("/console/admin/audit/{complaint}"));
    }
    let view =
        |locale: &pages::Locale, _: &str, _: &Option<String>| search(locale, &number, !number.is_empty());
    show(&member, Room::Audit, Said::default(), made, view).await
}

async fn shown(
    State(app): State<App>,
    member: Member,
    Named(complaint): Named<ComplaintId>,
    parameters: Parameters,
) -> Response {
    let made = async {
        member.require(Act::ReadSystem)?;
        let known = known(&member, complaint).await?;
        let seen = seen(&member, complaint, &known).await?;
        let audit = verified(&app, &member.staff.organisation, complaint).await?;
        let chain = |chain: crate::routes::audit::Chain| Chain {
            service: chain.service,
            events: chain.events,
            broken: chain.broken.map(|one| (one.sequence, one.fault)),
        };
        // Both are told newest first; a trail is read from its beginning.
        let entries = timeline(&seen, &known).into_iter().rev();
        let line = |(entry, event): (_, &crate::timeline::Shown)| Line {
            entry,
            kind: Kind::of(event.source, &event.what),
            source: event.source,
            sequence: event.sequence,
            name: event.what.clone(),
            id: event.id.clone(),
            causation: event.causation.clone(),
        };
        Ok::<_, Refusal>(Trail {
            address: format!("/console/admin/audit/{complaint}"),
            case: format!("/console/cases/{complaint}"),
            number: known.views["complaint"]["number"].as_str().unwrap_or_default().to_owned(),
            chains: audit.chains.into_iter().map(chain).collect(),
            only: parameters.text("of").and_then(|of| Kind::ALL.into_iter().find(|kind| kind.as_str() == of)),
            lines: entries.zip(&known.said).map(line).collect(),
        })
    };
    let made = made.await;
    let title = made
        .as_ref()
        .ok()
        .map(|trail| words::TITLE.with(member.visitor.language, &[("number", &trail.number)]));
    let said = Said { title, ..Said::default() };
    show(&member, Room::Audit, said, made, |locale, _, found| trail(locale, found)).await
}
