//! From a step to an order: who orders it, whom it is for, and what a person sees on their screen and would not type.

use contracts::commands::Actor;
use contracts::commands::routing::PutDirectory;
use contracts::{PersonId, ServiceName};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::model::{CaseView, NotATime, local_time};

/// Lets a scenario write `2025-03-03 09:00` wherever a time is asked.
///
/// # Errors
/// [`NotATime`] for a text of that shape that is none.
pub(super) fn local_times<'v>(
    mut values: impl Iterator<Item = &'v mut Value>,
    zone: &TimeZone,
) -> Result<(), NotATime> {
    fn walk(value: &mut Value, zone: &TimeZone) -> Result<(), NotATime> {
        match value {
            Value::String(text)
                if text.len() == 16 && text.as_bytes()[10] == b' ' && text.starts_with("20") =>
            {
                *text = local_time(text, Timestamp::UNIX_EPOCH, zone)?.to_string();
            }
            Value::Array(items) => items.iter_mut().try_for_each(|item| walk(item, zone))?,
            Value::Object(members) => members.values_mut().try_for_each(|member| walk(member, zone))?,
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(())
    }
    values.try_for_each(|value| walk(value, zone))
}

/// A person with the roles and department that the directory gives them.
pub(super) fn staff(directory: &PutDirectory, person: PersonId) -> Actor {
    let found = directory.people.iter().find(|known| known.id == person);
    Actor::Staff {
        roles: found.map(|known| known.roles.clone()).unwrap_or_default(),
        department: found.map(|known| known.department.clone()),
        person,
    }
}

/// The service that takes `verb`.
#[must_use]
pub(super) fn service_of(verb: &str) -> Option<ServiceName> {
    use contracts::commands::{approval, intake, investigation, notification, routing};
    [
        (ServiceName::Intake, intake::VERBS),
        (ServiceName::Routing, routing::VERBS),
        (ServiceName::Investigation, investigation::VERBS),
        (ServiceName::Approval, approval::VERBS),
        (ServiceName::Notification, notification::VERBS),
    ]
    .into_iter()
    .find(|(_, verbs)| verbs.contains(&verb))
    .map(|(service, _)| service)
}

/// Fills in what the person sees on their screen and would not type: visit, epoch, work, round, clock.
pub(super) fn fill_in(body: &mut serde_json::Map<String, Value>, verb: &str, view: &CaseView) {
    let named = |member: &Value| member.as_str().and_then(|stage| view.visits.get(stage));
    let visit = body.get("visit").and_then(named);
    if let Some(visit) = visit {
        body.insert("visit".into(), json!(visit.visit));
    }
    if let Some(of) = body.get("work").and_then(named) {
        body.insert("work".into(), json!(of.work));
    }
    if let Some(of) = body.get("work").and_then(Value::as_str).and_then(|key| view.rulings.get(key)) {
        body.insert("work".into(), json!(of.work));
    }
    let measure = body.get("measure").and_then(Value::as_u64).and_then(|nth| usize::try_from(nth).ok());
    if let Some(measure) = measure.and_then(|nth| view.measures.get(nth.checked_sub(1)?)) {
        body.insert("measure".into(), json!(measure.id));
    }
    let epoch = visit.and_then(|visit| visit.epoch).unwrap_or(view.epoch);
    let main = view.stage.as_ref().and_then(|stage| view.visits.get(stage));
    let round = visit.or(main).and_then(|visit| visit.round.clone()).or_else(|| view.round.clone());
    let mut offer = |key: &str, value: Value| {
        body.entry(key).or_insert(value);
    };
    match verb {
        "ruling.give" => {
            let named = body.remove("key").and_then(|key| key.as_str().map(str::to_owned));
            let asked = named.map_or_else(|| view.rulings.values().next(), |key| view.rulings.get(&key));
            body.entry("work").or_insert(json!(asked.map(|ruling| &ruling.work)));
        }
        "work.claim" | "work.hand_back" | "work.reassign" | "work.dispute" => offer("work", json!(view.work)),
        "case.raise" | "case.withdraw" | "fact.record" | "form.fill" | "form.sign" | "callback.note"
        | "person.erase" | "file.begin" | "file.chunk" | "file.finish" => {}
        "answer.record" => offer("visit", json!(view.visit)),
        "clock.pause" | "clock.resume" | "clock.extend" => {
            let named = body.remove("key").and_then(|key| key.as_str().map(str::to_owned));
            let id = named.and_then(|key| view.clocks.get(&key)).map(|clock| clock.id.clone());
            body.entry("clock").or_insert(json!(id));
        }
        _ => {
            offer("visit", json!(view.visit));
            offer("epoch", json!(epoch));
            if contracts::commands::approval::VERBS.contains(&verb) {
                offer("round", json!(round));
            }
        }
    }
}
