//! What a new version of a playbook or a calendar would do to open cases, shown before it is done.

use axum::response::Response;
use contracts::SubjectRef;
use contracts::commands::routing::{ApplyCalendar, ApplyPlaybook};
use pages::admin::Room;
use pages::admin::playbook_edit::{Effect, effect, reason};
use pages::forms::{Typed, read};
use pages::words::playbooks as words;
use serde_json::{Value, json};

use super::{Said, key_again, show};
use crate::auth::Act;
use crate::console::answering::onward;
use crate::console::sent::Sent;
use crate::console::visitor::{Member, new_key};
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::{settings, versions};

/// What there are versions of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versioned {
    Playbook,
    Calendar,
}

impl Versioned {
    const fn room(self) -> Room {
        match self {
            Self::Playbook => Room::Playbooks,
            Self::Calendar => Room::Calendars,
        }
    }

    /// A version, as orders and questions name it.
    fn version(self, id: &str, version: u32) -> Value {
        let named = json!({ "id": id, "version": version });
        match self {
            Self::Playbook => json!({ "playbook": named }),
            Self::Calendar => json!({ "calendar": named }),
        }
    }

    /// Where the version itself is looked at.
    fn home(self, id: &str, version: u32) -> String {
        match self {
            Self::Playbook => format!("{}/{id}?version={version}", self.room().address()),
            Self::Calendar => self.room().address().to_owned(),
        }
    }

    /// Where it is said that it was applied.
    fn applied(self, id: &str, version: u32) -> String {
        match self {
            Self::Playbook => format!("{}&done=applied", self.home(id, version)),
            Self::Calendar => format!("{}?done=followed", self.home(id, version)),
        }
    }
}

/// What the version that the address names would do.
pub(super) async fn preview(
    member: &Member,
    (of, id): (Versioned, &str),
    parameters: &Parameters,
) -> Response {
    foreseen(member, (of, id), parameters, Said::default(), (Typed::default(), None, new_key())).await
}

/// The same with what was typed and refused.
async fn foreseen(
    member: &Member,
    (of, id): (Versioned, &str),
    parameters: &Parameters,
    said: Said,
    (typed, refusal, key): (Typed, Option<Refusal>, String),
) -> Response {
    let made = async {
        member.require(Act::ChangeSettings)?;
        let version = parameters.get::<u32>("version", "a version, from 1")?;
        let version = version.ok_or_else(|| Refusal::not_found("version"))?;
        let pages: Vec<_> = parameters.text("cursor").map(|cursor| ("cursor", cursor)).into_iter().collect();
        let (app, asked) = (&member.visitor.app, of.version(id, version));
        let page = versions::preview(app, &member.caller(), &Parameters::of(&pages), asked).await?;
        Ok::<_, Refusal>(Effect {
            base: format!("{}/{id}", of.room().address()),
            home: of.home(id, version),
            version,
            next: page["next"].as_str().map(str::to_owned),
            page: serde_json::from_value(page).map_err(|error| Refusal::defect(&error))?,
            typed,
            problem: refusal.map(|refusal| *refusal.problem),
            key,
        })
    };
    let title = format!("{} · {id}", words::PREVIEW.get(member.visitor.language));
    show(member, of.room(), said.titled(title), made.await, effect).await
}

/// Applies the version that the form names.
pub(super) async fn apply(member: &Member, (of, id): (Versioned, &str), sent: Sent) -> Response {
    let done = async {
        member.require(Act::ChangeSettings)?;
        let version: u32 = sent.get("version")?;
        let mut body = of.version(id, version);
        let reasoned: Value = read(&[reason()], &sent.typed)?;
        body["reason"] = reasoned["reason"].clone();
        let (orderer, app) = (member.orderer(&sent.key), &member.visitor.app);
        let subject = SubjectRef::organisation;
        match of {
            Versioned::Playbook => settings::ordered::<ApplyPlaybook>(app, &orderer, subject, body).await,
            Versioned::Calendar => settings::ordered::<ApplyCalendar>(app, &orderer, subject, body).await,
        }?;
        Ok::<_, Refusal>(version)
    };
    match done.await {
        Ok(version) => onward(&of.applied(id, version)),
        Err(refusal) => {
            let (said, key) = (Said::refused(&refusal), key_again(&refusal, &sent));
            let version = sent.text("version");
            let parameters = Parameters::of(&[("version", version.as_str())]);
            foreseen(member, (of, id), &parameters, said, (sent.typed, Some(refusal), key)).await
        }
    }
}
