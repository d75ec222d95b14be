//! Working calendars: shown, continued by a day, previewed and applied.

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::commands::routing::PublishCalendar;
use contracts::queries::routing::CALENDARS;
use contracts::{CalendarId, ProblemCode, SubjectRef};
use pages::admin::Room;
use pages::admin::calendars::{
    Calendar, Calendars, Day, WEEKDAYS, holiday_fields, make_up_fields, view, weekday,
};
use pages::forms::{Typed, read};
use serde_json::{Value, json};

use super::effect::{self, Versioned};
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
        .route("/console/admin/calendars", get(all))
        .route("/console/admin/calendars/{calendar}/add", post(add))
        .route("/console/admin/calendars/{calendar}/preview", get(preview))
        .route("/console/admin/calendars/{calendar}/apply", post(apply))
}

async fn asked(member: &Member) -> Result<Value, Refusal> {
    settings::asked(&member.visitor.app, &member.caller(), CALENDARS, Value::Null).await
}

async fn all(member: Member, parameters: Parameters) -> Response {
    let said = Said::done(&parameters, member.visitor.language);
    room(&member, said, (Typed::default(), None, new_key())).await
}

/// The room, with what was typed and refused.
async fn room(
    member: &Member,
    said: Said,
    (typed, refusal, key): (Typed, Option<Refusal>, String),
) -> Response {
    let made = async {
        member.require(Act::ReadSettings)?;
        let told = asked(member).await?;
        let may_change = member.require(Act::ChangeSettings).is_ok();
        let problem = refusal.map(|refusal| *refusal.problem);
        Ok::<_, Refusal>(Calendars { all: newest(&told), may_change, typed, problem, key })
    };
    show(member, Room::Calendars, said, made.await, view).await
}

/// Each calendar in its newest version.
fn newest(told: &Value) -> Vec<Calendar> {
    let mut found: Vec<Calendar> = Vec::new();
    for one in told["calendars"].as_array().into_iter().flatten() {
        let next = calendar(one, &told["default"]);
        let before = found.iter().position(|known| known.id == next.id).map(|at| found.remove(at));
        let mut versions = before.map(|known| known.versions).unwrap_or_default();
        versions.extend(next.versions.iter().copied());
        found.push(Calendar { versions, ..next });
    }
    found
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn hours(value: &Value) -> String {
    let all: Vec<_> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if all.is_empty() { text(value) } else { all.join("、") }
}

fn calendar(told: &Value, default: &Value) -> Calendar {
    let document = &told["document"];
    let version = told["version"].as_u64().and_then(|version| u32::try_from(version).ok()).unwrap_or(1);
    let days = |name: &str| document[name].as_array().into_iter().flatten();
    let holiday = |one: &Value| Day {
        when: match one["last"].as_str() {
            Some(last) => format!("{} – {last}", text(&one["first"])),
            None => text(&one["first"]),
        },
        zh: text(&one["name_zh"]),
        en: text(&one["name_en"]),
        hours: None,
    };
    let worked = |one: &Value| Day {
        when: text(&one["date"]),
        zh: text(&one["name_zh"]),
        en: text(&one["name_en"]),
        hours: Some(match one["like"].as_str() {
            Some(like) => hours(&document["weekly"][like]),
            None => hours(&one["hours"]),
        }),
    };
    let week = WEEKDAYS.iter().filter(|day| !document["weekly"][**day].is_null());
    Calendar {
        default: told["id"] == *default,
        id: text(&told["id"]),
        version,
        at: told["at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default(),
        versions: vec![(version, !told["applied"].is_null())],
        zone: text(&document["zone"]),
        week: week.map(|day| (weekday(day), hours(&document["weekly"][*day]))).collect(),
        known_through: document["known_through"].as_str().map(str::to_owned),
        holidays: days("holidays").map(holiday).collect(),
        make_up: days("make_up_days").map(worked).collect(),
    }
}

/// The newest version with a day more, as the next one.
async fn continued(member: &Member, id: &CalendarId, sent: &Sent) -> Result<Value, Refusal> {
    let told = asked(member).await?;
    let of_it = told["calendars"].as_array().into_iter().flatten().filter(|one| one["id"] == id.as_str());
    let newest = of_it.max_by_key(|one| one["version"].as_u64());
    let newest = newest.ok_or_else(|| Refusal::not_found("calendar"))?;
    let seen: u64 = sent.get("version")?;
    if newest["version"].as_u64() != Some(seen) {
        let problem = contracts::Problem::new(
            ProblemCode::StaleVersion,
            "somebody published another version meanwhile",
        );
        return Err(problem.at("/version").expected("the newest version").into());
    }
    let (list, fields) = match sent.text("what").as_str() {
        "holiday" => ("holidays", holiday_fields()),
        _ => ("make_up_days", make_up_fields()),
    };
    let day = read(&fields, &sent.typed)?;
    let mut document = newest["document"].clone();
    document["version"] = (seen + 1).into();
    match document[list].as_array_mut() {
        Some(days) => days.push(day),
        None => document[list] = json!([day]),
    }
    Ok(document)
}

async fn add(member: Member, Named(id): Named<CalendarId>, sent: Sent) -> Response {
    let done = async {
        member.require(Act::ChangeSettings)?;
        let document = continued(&member, &id, &sent).await?;
        let orderer = member.orderer(&sent.key);
        let body = json!({ "document": document });
        settings::ordered::<PublishCalendar>(&member.visitor.app, &orderer, SubjectRef::organisation, body)
            .await
    };
    match done.await {
        Ok(_) => onward("/console/admin/calendars?done=added"),
        Err(refusal) => {
            let (said, key) = (Said::refused(&refusal), key_again(&refusal, &sent));
            room(&member, said, (sent.typed, Some(refusal), key)).await
        }
    }
}

async fn preview(member: Member, Named(id): Named<CalendarId>, parameters: Parameters) -> Response {
    effect::preview(&member, (Versioned::Calendar, id.as_str()), &parameters).await
}

async fn apply(member: Member, Named(id): Named<CalendarId>, sent: Sent) -> Response {
    effect::apply(&member, (Versioned::Calendar, id.as_str()), sent).await
}
