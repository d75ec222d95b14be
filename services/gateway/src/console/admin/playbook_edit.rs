//! A playbook as text, checked, tried by scenarios and published; and what a version would do to open cases.

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::commands::routing::PublishPlaybook;
use contracts::queries::notification::{MessageShown, MessagesAsked, MessagesWritten};
use contracts::queries::routing::PlaybookChecked;
use contracts::scenarios::ScenarioRun;
use contracts::{OrganisationId, PlaybookId, SubjectRef};
use pages::admin::Room;
use pages::admin::playbook_edit::{Draft, edit};
use pages::words::playbooks as words;
use serde_json::json;

use super::effect::{self, Versioned};
use super::playbooks::document;
use super::{Said, channels, key_again, show};
use crate::app::App;
use crate::auth::Act;
use crate::console::answering::{Named, onward};
use crate::console::sent::Sent;
use crate::console::visitor::{Member, new_key};
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::settings;
use crate::scenarios;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/admin/playbooks/{playbook}/edit", get(begin))
        .route("/console/admin/playbooks/{playbook}/check", post(check))
        .route("/console/admin/playbooks/{playbook}/scenarios", post(play))
        .route("/console/admin/playbooks/{playbook}/publish", post(publish))
        .route("/console/admin/playbooks/{playbook}/preview", get(preview))
        .route("/console/admin/playbooks/{playbook}/apply", post(apply))
}

async fn begin(member: Member, Named(id): Named<PlaybookId>, parameters: Parameters) -> Response {
    let made = async {
        member.require(Act::ChangeSettings)?;
        let told = document(&member, &id, &parameters).await?;
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        Ok::<_, Refusal>(Draft {
            id: id.to_string(),
            text: text("text"),
            checked: None,
            messages: None,
            scenarios: text("scenarios"),
            run: None,
            key: new_key(),
        })
    };
    written(&member, Said::default(), made.await).await
}

/// What was typed, before anything is said of it.
fn typed(id: &PlaybookId, sent: &Sent, key: String) -> Draft {
    let (text, scenarios) = (sent.text("text"), sent.text("scenarios"));
    Draft { id: id.to_string(), text, checked: None, messages: None, scenarios, run: None, key }
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
    let made = async {
        let mut found = checked(&member, &sent).await?;
        let messages = messages(&member, found.messages.take()).await;
        Ok(Draft { checked: Some(found), messages, ..typed(&id, &sent, sent.text("key")) })
    };
    written(&member, Said::default(), made.await).await
}

/// How the messages read that are being written; nothing where notification cannot be asked, as the check is worth more.
async fn messages(member: &Member, written: Option<MessagesWritten>) -> Option<Vec<MessageShown>> {
    let asked = MessagesAsked { playbook: None, written: Some(written?) };
    channels::read(member, asked).await.ok()
}

/// What comes of the scenarios that were typed.
async fn played(member: &Member, sent: &Sent) -> Result<ScenarioRun, Refusal> {
    member.require(Act::ChangeSettings)?;
    let (app, caller) = (&member.visitor.app, member.caller());
    scenarios::run(app, &caller, sent.text("text"), sent.text("scenarios")).await
}

async fn play(member: Member, Named(id): Named<PlaybookId>, sent: Sent) -> Response {
    let draft = typed(&id, &sent, sent.text("key"));
    match played(&member, &sent).await {
        Ok(run) => written(&member, Said::default(), Ok(Draft { run: Some(run), ..draft })).await,
        // Nothing that was typed is lost for it.
        Err(refusal) => written(&member, Said::refused(&refusal), Ok(draft)).await,
    }
}

async fn publish(member: Member, Named(id): Named<PlaybookId>, sent: Sent) -> Response {
    let kept = Some(sent.text("scenarios")).filter(|text| !text.trim().is_empty());
    let mut run = None;
    let done = async {
        member.require(Act::ChangeSettings)?;
        if kept.is_some() && sent.text("despite").is_empty() {
            let came = played(&member, &sent).await?;
            // What is wrong with the playbook itself is for publishing to say.
            let fails = came.playbook.is_empty() && !came.holds();
            let refusal = scenarios::refusal(&came);
            run = Some(came);
            if fails {
                return Err(refusal.into());
            }
        }
        let subject = |organisation: &OrganisationId| SubjectRef::playbook(organisation, &id);
        let mut body = json!({ "text": sent.text("text") });
        if let Some(kept) = kept {
            body["scenarios"] = kept.into();
        }
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
            let draft = Draft { checked: found, run, ..typed(&id, &sent, key_again(&refusal, &sent)) };
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
