//! A playbook as text, checked and published; and what a version would do to open cases.

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::commands::routing::PublishPlaybook;
use contracts::queries::routing::PlaybookChecked;
use contracts::{OrganisationId, PlaybookId, SubjectRef};
use pages::admin::Room;
use pages::admin::playbook_edit::{Draft, edit};
use pages::words::playbooks as words;
use serde_json::json;

use super::effect::{self, Versioned};
use super::playbooks::document;
use super::{Said, key_again, show};
use crate::app::App;
use crate::auth::Act;
use crate::console::answering::{Named, onward};
use crate::console::sent::Sent;
use crate::console::visitor::{Member, new_key};
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::settings;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/admin/playbooks/{playbook}/edit", get(begin))
        .route("/console/admin/playbooks/{playbook}/check", post(check))
        .route("/console/admin/playbooks/{playbook}/publish", post(publish))
        .route("/console/admin/playbooks/{playbook}/preview", get(preview))
        .route("/console/admin/playbooks/{playbook}/apply", post(apply))
}

async fn begin(member: Member, Named(id): Named<PlaybookId>, parameters: Parameters) -> Response {
    let made = async {
        member.require(Act::ChangeSettings)?;
        let told = document(&member, &id, &parameters).await?;
        let text = told["text"].as_str().unwrap_or_default().to_owned();
        Ok::<_, Refusal>(Draft { id: id.to_string(), text, checked: None, key: new_key() })
    };
    written(&member, Said::default(), made.await).await
}

async fn written(member: &Member, said: Said, made: Result<Draft, Refusal>) -> Response {
    let said = match &made {
        Ok(draft) => said.titled(format!("{} · {}", words::EDIT.get(member.visitor.language), draft.id)),
        Err(_) => said,
    };
    show(member, Room::Playbooks, said, made, edit).await
}

/// What the check says of what was typed.
async fn checked(member: &Member, sent: &Sent) -> Result<PlaybookChecked, Refusal> {
    member.require(Act::ChangeSettings)?;
    settings::check(&member.visitor.app, &member.caller(), &sent.text("text")).await
}

async fn check(member: Member, Named(id): Named<PlaybookId>, sent: Sent) -> Response {
    let made = checked(&member, &sent).await.map(|found| Draft {
        id: id.to_string(),
        text: sent.text("text"),
        checked: Some(found),
        key: sent.text("key"),
    });
    written(&member, Said::default(), made).await
}

async fn publish(member: Member, Named(id): Named<PlaybookId>, sent: Sent) -> Response {
    let done = async {
        member.require(Act::ChangeSettings)?;
        let subject = |organisation: &OrganisationId| SubjectRef::playbook(organisation, &id);
        let body = json!({ "text": sent.text("text") });
        let orderer = member.orderer(&sent.key);
        settings::ordered::<PublishPlaybook>(&member.visitor.app, &orderer, subject, body).await
    };
    match done.await {
        Ok(done) => {
            let version = done.body["version"].as_u64().unwrap_or(1);
            onward(&format!("/console/admin/playbooks/{id}?version={version}&done=published"))
        }
        Err(refusal) => {
            // What the check finds stands beside the text with its lines; the refusal itself above it.
            let found = checked(&member, &sent).await.ok();
            let draft = Draft {
                id: id.to_string(),
                text: sent.text("text"),
                checked: found,
                key: key_again(&refusal, &sent),
            };
            written(&member, Said::refused(&refusal), Ok(draft)).await
        }
    }
}

async fn preview(member: Member, Named(id): Named<PlaybookId>, parameters: Parameters) -> Response {
    effect::preview(&member, (Versioned::Playbook, id.as_str()), &parameters).await
}

async fn apply(member: Member, Named(id): Named<PlaybookId>, sent: Sent) -> Response {
    effect::apply(&member, (Versioned::Playbook, id.as_str()), sent).await
}
