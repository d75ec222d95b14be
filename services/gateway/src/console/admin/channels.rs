//! Channels and who answers there; the messages of a playbook as they read.

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use contracts::queries::intake::{CHANNELS, ChannelListed};
use contracts::queries::notification::{MESSAGES, MessageShown, MessagesAsked};
use contracts::queries::routing as ask;
use contracts::{PlaybookId, ServiceName, Text};
use pages::Word;
use pages::admin::Room;
use pages::admin::calendars::{WEEKDAYS, weekday};
use pages::admin::channels::{Channels, Counted, Messages, broken, messages, view};
use pages::words::channels as words;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::playbooks::document;
use super::{Said, show};
use crate::app::App;
use crate::auth::Act;
use crate::console::answering::Named;
use crate::console::visitor::Member;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::upstream::question;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/admin/channels", get(all))
        .route("/console/admin/channels/{playbook}", get(one))
}

async fn asked<T: DeserializeOwned>(
    member: &Member,
    service: ServiceName,
    name: &str,
    body: Value,
) -> Result<T, Refusal> {
    let caller = member.caller();
    let query = question(caller.0.organisation(), caller.0.actor(), body);
    let found = member.visitor.app.upstream.ask(service, name, &query).await?;
    serde_json::from_value(found).map_err(|error| Refusal::defect(&error))
}

/// The messages of a playbook as they read with an example case.
///
/// # Errors
/// That notification cannot be asked, or does not have it.
pub(super) async fn read(member: &Member, of: MessagesAsked) -> Result<Vec<MessageShown>, Refusal> {
    asked(member, ServiceName::Notification, MESSAGES, json!(of)).await
}

async fn all(member: Member) -> Response {
    let made = async {
        member.require(Act::ReadSettings)?;
        let listed: Vec<ChannelListed> = asked(&member, ServiceName::Intake, CHANNELS, Value::Null).await?;
        let calendars = asked(&member, ServiceName::Routing, ask::CALENDARS, Value::Null).await?;
        Ok::<_, Refusal>(Channels { listed, books: books(&member).await?, hours: hours(&calendars) })
    };
    show(&member, Room::Channels, Said::default(), made.await, |locale, _, room| view(locale, room)).await
}

/// The playbooks in force, each once, with the version that begins the work of new complaints.
async fn books(member: &Member) -> Result<Vec<Counted>, Refusal> {
    let told: ask::Activations = asked(member, ServiceName::Routing, ask::ACTIVATIONS, Value::Null).await?;
    let titles: Vec<ask::PlaybookListed> =
        asked(member, ServiceName::Routing, ask::PLAYBOOKS, Value::Null).await?;
    let mut books: Vec<Counted> = Vec::new();
    for one in told.activations {
        let of = MessagesAsked { playbook: Some(one.playbook.clone()), written: None };
        let shown = read(member, of).await.ok();
        let counts = shown.map(|all| (all.iter().filter(|one| one.own).count(), broken(&all)));
        let (id, version) = (one.playbook.id.to_string(), one.playbook.version);
        let title = titles.iter().find(|known| known.id == one.playbook.id).map(|known| known.title.clone());
        let title = title.unwrap_or_else(|| Text { zh: id.clone(), en: id.clone() });
        books.retain(|book| book.id != id);
        books.push(Counted { id, title, version, counts });
    }
    books.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(books)
}

/// The hours of the organisation's own calendar, day by day; empty for a day that is worked as a whole.
fn hours(told: &Value) -> Option<(String, Vec<(Word, String)>)> {
    let own = told["calendars"].as_array()?.iter().filter(|one| one["id"] == told["default"]);
    let newest = own.max_by_key(|one| one["version"].as_u64())?;
    let weekly = &newest["document"]["weekly"];
    let day = |name: &&str| {
        let spans = weekly[*name].as_array().into_iter().flatten().filter_map(Value::as_str);
        (!weekly[*name].is_null()).then(|| (weekday(name), spans.collect::<Vec<_>>().join(" ")))
    };
    Some((newest["id"].as_str()?.to_owned(), WEEKDAYS.iter().filter_map(day).collect()))
}

async fn one(member: Member, Named(id): Named<PlaybookId>, parameters: Parameters) -> Response {
    let made = async {
        member.require(Act::ReadSettings)?;
        let told = document(&member, &id, &parameters).await?;
        let title: Text = serde_json::from_value(told["document"]["title"].clone())
            .map_err(|error| Refusal::defect(&error))?;
        let of = serde_json::from_value(json!({ "playbook": { "id": id, "version": told["version"] } }))
            .map_err(|error| Refusal::defect(&error))?;
        let messages = Messages {
            id: id.to_string(),
            version: told["version"].as_u64().and_then(|version| u32::try_from(version).ok()).unwrap_or(1),
            all: read(&member, of).await?,
            may_change: member.require(Act::ChangeSettings).is_ok(),
        };
        Ok::<_, Refusal>((title, messages))
    };
    let made = made.await;
    let language = member.visitor.language;
    let title = made
        .as_ref()
        .ok()
        .map(|(title, _)| words::MESSAGES_TITLE.with(language, &[("title", title.get(language))]));
    let said = Said { title, ..Said::default() };
    show(&member, Room::Channels, said, made, |locale, _, (_, shown)| messages(locale, shown)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_are_those_of_the_organisations_own_calendar() {
        let told = json!({ "default": "cn", "calendars": [
            {"id": "cn", "version": 1, "document": {"weekly": {"monday": ["09:00-12:00", "13:00-18:00"], "sunday": "all day"}}},
            {"id": "shop", "version": 3, "document": {"weekly": {}}},
        ]});
        let (id, week) = hours(&told).unwrap();
        let week: Vec<_> = week.iter().map(|(day, hours)| (day.en, hours.as_str())).collect();
        assert_eq!((id.as_str(), week), ("cn", vec![("Monday", "09:00-12:00 13:00-18:00"), ("Sunday", "")]));
    }
}
