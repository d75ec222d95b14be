//! Playbooks: listed, shown, put into force.

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::commands::routing::ActivatePlaybook;
use contracts::messages::playbook_activated::ActivationScope;
use contracts::queries::routing as ask;
use contracts::{PlaybookId, SubjectRef};
use pages::admin::Room;
use pages::admin::playbooks::{Line, Sheet, list, scope_fields, sheet};
use pages::forms::{Choice, Typed, read};
use pages::words::playbooks as words;
use serde_json::{Value, json};

use super::{Said, key_again, playbook_sheet, show};
use crate::app::App;
use crate::auth::Act;
use crate::console::answering::{Named, onward};
use crate::console::known::House;
use crate::console::sent::Sent;
use crate::console::visitor::{Member, new_key};
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::settings;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/admin/playbooks", get(all))
        .route("/console/admin/playbooks/{playbook}", get(one))
        .route("/console/admin/playbooks/{playbook}/activate", post(activate))
}

async fn all(member: Member) -> Response {
    let made = async {
        member.require(Act::ReadSettings)?;
        lines(&member).await
    };
    show(&member, Room::Playbooks, Said::default(), made.await, |locale, _, lines| list(locale, lines)).await
}

/// Every playbook with its versions, and where each is in force.
async fn lines(member: &Member) -> Result<Vec<Line>, Refusal> {
    let (app, caller) = (&member.visitor.app, member.caller());
    let listed = settings::asked(app, &caller, ask::PLAYBOOKS, Value::Null).await?;
    let listed: Vec<ask::PlaybookListed> =
        serde_json::from_value(listed).map_err(|error| Refusal::defect(&error))?;
    let activations = settings::asked(app, &caller, ask::ACTIVATIONS, Value::Null).await?;
    let house = app.known.house(app, &member.staff.organisation).await;
    let line = |one: ask::PlaybookListed| Line {
        in_force: in_force(&activations, &one.id, &house, member),
        versions: one.versions.iter().map(|version| (version.version, version.at)).collect(),
        id: one.id.to_string(),
        title: one.title,
    };
    Ok(listed.into_iter().map(line).collect())
}

fn in_force(activations: &Value, id: &PlaybookId, house: &House, member: &Member) -> Vec<(u32, String)> {
    let language = member.visitor.language;
    let all = activations["activations"].as_array().into_iter().flatten();
    let ours = all.filter(|one| one["playbook"]["id"] == id.as_str());
    let told = ours.filter_map(|one| {
        let version = u32::try_from(one["playbook"]["version"].as_u64()?).ok()?;
        let scope: ActivationScope = serde_json::from_value(one["scope"].clone()).ok()?;
        let unit = scope.unit.as_ref().map(|unit| house.department(unit.as_str(), language));
        let parts: Vec<_> = unit
            .into_iter()
            .chain(scope.channel.map(|key| key.to_string()))
            .chain(scope.customer_type)
            .collect();
        let scope =
            if parts.is_empty() { words::EVERYBODY.get(language).to_owned() } else { parts.join(" · ") };
        Some((version, scope))
    });
    told.collect()
}

async fn one(member: Member, Named(id): Named<PlaybookId>, parameters: Parameters) -> Response {
    let said = Said::done(&parameters, member.visitor.language);
    page(&member, &id, &parameters, said, (Typed::default(), None, new_key())).await
}

/// A version of a playbook as routing has it.
pub(super) async fn document(
    member: &Member,
    id: &PlaybookId,
    parameters: &Parameters,
) -> Result<Value, Refusal> {
    let version = parameters.get::<u32>("version", "a version, from 1")?;
    let body = json!({ "id": id, "version": version });
    settings::asked(&member.visitor.app, &member.caller(), ask::PLAYBOOK, body).await
}

/// One playbook, with what was typed and refused.
async fn page(
    member: &Member,
    id: &PlaybookId,
    parameters: &Parameters,
    said: Said,
    (typed, refusal, key): (Typed, Option<Refusal>, String),
) -> Response {
    let language = member.visitor.language;
    let made = async {
        member.require(Act::ReadSettings)?;
        let told = document(member, id, parameters).await?;
        let line = lines(member).await?.into_iter().find(|line| line.id == id.as_str());
        let line = line.ok_or_else(|| Refusal::not_found("playbook"))?;
        let document = &told["document"];
        let house = member.visitor.app.known.house(&member.visitor.app, &member.staff.organisation).await;
        let choices = |name: &str| pages::tasks::labelled(&document[name]);
        let scopes: [Vec<Choice>; 3] = [house.departments(), choices("channels"), choices("customer_types")];
        Ok::<_, Refusal>(Sheet {
            version: told["version"].as_u64().and_then(|version| u32::try_from(version).ok()).unwrap_or(1),
            sha256: told["sha256"].as_str().unwrap_or_default().to_owned(),
            control: playbook_sheet::control(document),
            changes: playbook_sheet::changes(document),
            stages: playbook_sheet::stages(document, language),
            clocks: playbook_sheet::clocks(document, language),
            authority: playbook_sheet::authority(document, language),
            named: playbook_sheet::named(document),
            may_change: member.require(Act::ChangeSettings).is_ok(),
            scopes,
            line,
            typed,
            problem: refusal.map(|refusal| *refusal.problem),
            key,
        })
    };
    let made = made.await;
    let title = made.as_ref().ok().map(|sheet| sheet.line.title.get(language).to_owned());
    let said = Said { title, ..said };
    show(member, Room::Playbooks, said, made, sheet).await
}

async fn activate(member: Member, Named(id): Named<PlaybookId>, sent: Sent) -> Response {
    let done = async {
        member.require(Act::ChangeSettings)?;
        let version: u32 = sent.get("version")?;
        let nothing = || [Vec::new(), Vec::new(), Vec::new()];
        let mut body = read(&scope_fields(nothing()), &sent.typed)?;
        if body["scope"].is_null() {
            body["scope"] = json!({});
        }
        body["playbook"] = json!({ "id": id, "version": version });
        let orderer = member.orderer(&sent.key);
        let app = &member.visitor.app;
        settings::ordered::<ActivatePlaybook>(app, &orderer, SubjectRef::organisation, body).await
    };
    match done.await {
        Ok(_) => {
            onward(&format!("/console/admin/playbooks/{id}?version={}&done=activated", sent.text("version")))
        }
        Err(refusal) => {
            let (said, key) = (Said::refused(&refusal), key_again(&refusal, &sent));
            let version = sent.text("version");
            let parameters = Parameters::of(&[("version", version.as_str())]);
            page(&member, &id, &parameters, said, (sent.typed, Some(refusal), key)).await
        }
    }
}
