//! The screen on the wall. It fetches itself and needs nobody, and that counts as being there: sign it in with an account
//! whose only role is `wallboard`.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use pages::desk::board::{ADDRESS, Board, Line, page};
use pages::shell::{About, Place, Theme};
use pages::words::shell as words;

use super::answering;
use super::visitor::Member;
use crate::app::App;
use crate::auth::Act;
use crate::problem::Refusal;
use crate::routes::{board, events};

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new().route(ADDRESS, get(show)).route("/console/board/events", get(live))
}

async fn show(member: Member) -> Response {
    match model(&member).await {
        Ok(model) => {
            let mut shell = member.shell().await;
            if shell.theme == Theme::System {
                shell.theme = Theme::Dark; // a bright wall tires whoever sits before it
            }
            let content = page(&shell.locale, &model);
            let about = About {
                title: words::BOARD.get(member.visitor.language).to_owned(),
                place: Some(Place::Board),
                live: Some("/console/board/events".to_owned()),
            };
            answering::page(&member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console").await,
    }
}

async fn model(member: &Member) -> Result<Board, Refusal> {
    member.require(Act::ReadBoard)?;
    let app = &member.visitor.app;
    let shown = board::glance(app, &member.caller(), None).await?;
    let house = app.known.house(app, &member.staff.organisation).await;
    let mut present: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in shown.present {
        if let Some(department) = one.department {
            present.entry(department).or_default().push(house.person(&one.person));
        }
    }
    let lines = shown.board.departments.into_iter().map(|line| Line {
        name: house.department(line.department.as_str(), member.visitor.language),
        present: present.remove(line.department.as_str()).unwrap_or_default(),
        line,
    });
    Ok(Board { at: shown.board.at, most: shown.board.most, lines: lines.collect() })
}

async fn live(State(app): State<App>, member: Member) -> Result<Response, Refusal> {
    member.require(Act::ReadBoard)?;
    events::follow_house(app, member.staff, &["work."]).await
}
