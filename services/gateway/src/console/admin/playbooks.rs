//! Playbooks: listed, shown, put into force.

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::commands::routing::{ActivatePlaybook, WithdrawActivation};
use contracts::queries::routing as ask;
use contracts::{PlaybookId, SubjectRef};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pages::admin::Room;
use pages::admin::playbooks::{Line, Sheet, list, sheet};
use pages::admin::standing::{Standing, Standings, activation_fields};
use pages::forms::{Choice, Typed, read};
use pages::words::playbooks as words;
use serde_json::{Value, json};

use super::{Said, key_again, playbook_sheet, show};
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
        .route("/console/admin/playbooks", get(all))
        .route("/console/admin/playbooks/{playbook}", get(one))
        .route("/console/admin/playbooks/{playbook}/activate", post(activate))
        .route("/console/admin/playbooks/{playbook}/withdraw", post(withdraw))
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
    let told = settings::asked(app, &caller, ask::ACTIVATIONS, Value::Null).await?;
    let told: ask::Activations = serde_json::from_value(told).map_err(|error| Refusal::defect(&error))?;
    let mut lines: Vec<_> = listed.into_iter().map(line).collect();
    for one in &told.coming {
        put(&mut lines, one, member, |standings| &mut standings.coming).await;
    }
    for one in &told.activations {
        put(&mut lines, one, member, |standings| &mut standings.now).await;
    }
    for one in &told.past {
        put(&mut lines, one, member, |standings| &mut standings.past).await;
    }
    Ok(lines)
}

fn line(one: ask::PlaybookListed) -> Line {
    Line {
        standings: Standings::default(),
        versions: one.versions.iter().map(|version| (version.version, version.at)).collect(),
        id: one.id.to_string(),
        title: one.title,
    }
}

/// Puts an activation to the playbook that it is of.
async fn put(
    lines: &mut [Line],
    one: &ask::ActivationShown,
    member: &Member,
    place: impl Fn(&mut Standings) -> &mut Vec<Standing>,
) {
    if let Some(line) = lines.iter_mut().find(|line| line.id == one.playbook.id.as_str()) {
        place(&mut line.standings).push(standing(one, member).await);
    }
}

async fn standing(one: &ask::ActivationShown, member: &Member) -> Standing {
    let (app, organisation, language) =
        (&member.visitor.app, &member.staff.organisation, member.visitor.language);
    let house = app.known.house(app, organisation).await;
    let scope = &one.scope;
    let unit = scope.unit.as_ref().map(|unit| house.department(unit.as_str(), language));
    let mut parts: Vec<_> = unit.into_iter().collect();
    if scope.channel.is_some() || scope.customer_type.is_some() {
        let book = app.known.book(app, organisation, &json!(one.playbook)).await.unwrap_or_default();
        parts.extend(scope.channel.iter().map(|key| book.label("channels", key.as_str(), language)));
        parts.extend(scope.customer_type.iter().map(|key| book.label("customer_types", key, language)));
    }
    let by = one.by.person().map(|person| house.person(person.as_str()));
    Standing {
        version: one.playbook.version,
        scope: if parts.is_empty() { words::EVERYBODY.get(language).to_owned() } else { parts.join(" · ") },
        ordered: one.scope.clone(),
        from: one.from,
        until: one.until,
        by: by.unwrap_or_else(|| words::REDRESS_ITSELF.get(language).to_owned()),
    }
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
        let app = &member.visitor.app;
        let house = app.known.house(app, &member.staff.organisation).await;
        let choices = |name: &str| pages::tasks::labelled(&document[name]);
        let typed = if refusal.is_none() { as_documented(document, &house.zone, app.now()) } else { typed };
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

/// The day from which the document control says that it holds, where that is still to come.
fn as_documented(document: &Value, zone: &TimeZone, now: Timestamp) -> Typed {
    let day = document["document_control"]["effective"].as_str().and_then(|day| day.parse::<Date>().ok());
    let begins = day.and_then(|day| Some((day, day.to_zoned(zone.clone()).ok()?.timestamp())));
    let coming = begins.filter(|(_, begins)| *begins > now);
    Typed(coming.map(|(day, _)| ("/effective_from".to_owned(), format!("{day}T00:00"))).into_iter().collect())
}

/// What a form of the card orders: the version, its scope, and from when on it is to hold.
async fn order_of(member: &Member, id: &PlaybookId, sent: &Sent) -> Result<Value, Refusal> {
    let version: u32 = sent.get("version")?;
    let house = member.visitor.app.known.house(&member.visitor.app, &member.staff.organisation).await;
    let nothing = [Vec::new(), Vec::new(), Vec::new()];
    let mut body = read(&activation_fields(nothing, &house.zone), &sent.typed)?;
    if body["scope"].is_null() {
        body["scope"] = json!({});
    }
    body["playbook"] = json!({ "id": id, "version": version });
    Ok(body)
}

async fn activate(member: Member, Named(id): Named<PlaybookId>, sent: Sent) -> Response {
    let done = async {
        member.require(Act::ChangeSettings)?;
        let body = order_of(&member, &id, &sent).await?;
        let planned = !body["effective_from"].is_null();
        let orderer = member.orderer(&sent.key);
        let app = &member.visitor.app;
        settings::ordered::<ActivatePlaybook>(app, &orderer, SubjectRef::organisation, body).await?;
        Ok(if planned { "planned" } else { "activated" })
    };
    let done = done.await;
    settled(&member, &id, sent, done).await
}

async fn withdraw(member: Member, Named(id): Named<PlaybookId>, sent: Sent) -> Response {
    let done = async {
        member.require(Act::ChangeSettings)?;
        let mut body = order_of(&member, &id, &sent).await?;
        body["effective_from"] = json!(sent.text("effective_from"));
        let orderer = member.orderer(&sent.key);
        let app = &member.visitor.app;
        settings::ordered::<WithdrawActivation>(app, &orderer, SubjectRef::organisation, body).await?;
        Ok("withdrawn")
    };
    let done = done.await;
    settled(&member, &id, sent, done).await
}

/// On to the page that says what was done, or the form again with what was refused.
async fn settled(member: &Member, id: &PlaybookId, sent: Sent, done: Result<&str, Refusal>) -> Response {
    let version = sent.text("version");
    match done {
        Ok(done) => onward(&format!("/console/admin/playbooks/{id}?version={version}&done={done}")),
        Err(refusal) => {
            let (said, key) = (Said::refused(&refusal), key_again(&refusal, &sent));
            let parameters = Parameters::of(&[("version", version.as_str())]);
            page(member, id, &parameters, said, (sent.typed, Some(refusal), key)).await
        }
    }
}
