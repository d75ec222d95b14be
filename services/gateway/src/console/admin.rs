//! The administrator's rooms. Whoever may not enter one does not see its tab, and is refused at its address.

mod access;
mod audit;
mod calendars;
mod channels;
mod directory;
mod effect;
mod messages;
mod parked;
mod playbook_edit;
mod playbook_sheet;
mod playbooks;
mod shifts;
mod system;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use contracts::{Language, Problem, ProblemCode};
use pages::admin::{Frame, Room};
use pages::shell::{About, Place};
use pages::words::{self, by_key};
use pages::{Locale, Markup};

use super::answering::{self, onward};
use super::visitor::{Member, new_key};
use crate::app::App;
use crate::auth::Act;
use crate::extract::Parameters;
use crate::problem::Refusal;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/admin", get(first))
        .merge(system::router())
        .merge(parked::router())
        .merge(messages::router())
        .merge(audit::router())
        .merge(playbooks::router())
        .merge(playbook_edit::router())
        .merge(channels::router())
        .merge(calendars::router())
        .merge(directory::router())
        .merge(access::router())
}

/// What somebody must be allowed to, to enter a room.
const fn needed(room: Room) -> Act {
    match room {
        Room::System | Room::Parked | Room::Messages | Room::Audit => Act::ReadSystem,
        Room::Playbooks | Room::Channels | Room::Calendars | Room::Directory => Act::ReadSettings,
        Room::Access => Act::ManageAccess,
    }
}

/// The rooms that somebody may enter.
fn rooms(member: &Member) -> Vec<Room> {
    Room::ALL.into_iter().filter(|room| member.require(needed(*room)).is_ok()).collect()
}

async fn first(member: Member) -> Response {
    match rooms(&member).first() {
        Some(room) => onward(room.address()),
        None => match member.require(needed(Room::System)) {
            Ok(()) => onward("/console"),
            Err(refusal) => answering::refused(&member.visitor, &refusal, "/console").await,
        },
    }
}

/// What is said above the content of a room.
#[derive(Debug, Default)]
struct Said {
    /// The title, where it is not that of the room.
    title: Option<String>,
    /// What was done just now.
    done: Option<String>,
    /// What was refused just now.
    problem: Option<Problem>,
}

impl Said {
    /// What the address says that was done.
    fn done(parameters: &Parameters, language: Language) -> Self {
        let tables = [
            words::admin::ALL,
            words::access::ALL,
            words::playbooks::ALL,
            words::calendars::ALL,
            words::leave::ALL,
        ];
        let done = parameters.text("done").map(|done| format!("done-{done}"));
        let word = done.and_then(|done| tables.into_iter().find_map(|table| by_key(table, &done)));
        Self { done: word.map(|word| word.get(language).to_owned()), ..Self::default() }
    }
    /// What was refused.
    fn refused(refusal: &Refusal) -> Self {
        Self { problem: Some((*refusal.problem).clone()), ..Self::default() }
    }
    /// Under a title of its own.
    fn titled(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }
}

/// The page of a room, or the refusal of what it asked for.
async fn show<M>(
    member: &Member,
    room: Room,
    said: Said,
    made: Result<M, Refusal>,
    view: impl FnOnce(&Locale, &str, &M) -> Markup,
) -> Response {
    let title = said.title.clone().unwrap_or_else(|| room.word().get(member.visitor.language).to_owned());
    let about = About { title, place: Some(Place::Administration), live: None };
    let rooms = rooms(member);
    // Nobody is led back to where they may not go.
    let back = if rooms.is_empty() { "/console" } else { "/console/admin" };
    let refused = said.problem.as_ref().map(|problem| problem.code);
    let made = member.require(needed(room)).and(made);
    answering::room(member, answering::Room { about, back, refused }, made, |shell, model| {
        let content = view(&shell.locale, &shell.csrf, model);
        let Said { title, done, problem } = said;
        pages::admin::page(&shell.locale, &Frame { rooms, here: room, title, done, problem }, &content)
    })
    .await
}

/// The key of a form that is shown again: only where nobody knows what became of it, the one it had.
fn key_again(refusal: &Refusal, sent: &super::sent::Sent) -> String {
    match refusal.problem.code {
        ProblemCode::OutcomeUnknown => sent.text("key"),
        _ => new_key(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::roles::{Reach, TABLE};

    /// what the rooms show is of all departments, so nobody enters them who sees but one.
    #[test]
    fn who_enters_the_rooms_sees_all_departments() {
        for grant in TABLE.iter().filter(|grant| grant.acts().any(|act| act == Act::ReadSystem)) {
            assert_eq!(grant.reach, Reach::All, "{}", grant.role);
        }
    }
}
