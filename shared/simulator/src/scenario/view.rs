//! The view of a case, put together from what each service says of it. The simulator takes it from the services'
//! states, a live run from their `case` queries: both are the same JSON.

use std::collections::BTreeMap;

use contracts::ServiceName;
use serde_json::Value;

use super::model::{CaseView, ClockView, MeasureView, RulingView, VisitView};

/// The services that are asked.
pub const ASKED: [ServiceName; 4] =
    [ServiceName::Routing, ServiceName::Investigation, ServiceName::Approval, ServiceName::Notification];

/// Puts the view of a case together. A service that knows nothing of it is left out.
#[must_use]
pub fn assemble(said: &BTreeMap<ServiceName, Value>) -> CaseView {
    let mut view = CaseView::default();
    let nothing = Value::Null;
    let of = |service| said.get(&service).unwrap_or(&nothing);
    from_routing(&mut view, of(ServiceName::Routing));
    from_investigation(&mut view, of(ServiceName::Investigation));
    from_approval(&mut view, of(ServiceName::Approval));
    from_notification(&mut view, of(ServiceName::Notification));
    view
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn number(value: &Value) -> u32 {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn read<T: serde::de::DeserializeOwned + Default>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

fn from_routing(view: &mut CaseView, said: &Value) {
    view.number = text(&said["number"]);
    view.repeats = text(&said["origin"]["repeats"]);
    view.level = number(&said["level"]);
    view.instance = number(&said["instance"]);
    view.closed = said["place"] == "closed";
    view.outcome = text(&said["outcome"]);
    view.path = read(&said["path"]);
    view.loops = read(&said["loops"]);
    view.facts = read(&said["facts"]);
    for team in list(&said["teams"]) {
        let people = [&team["leader"], &team["deputy"]].into_iter().chain(list(&team["members"]));
        let people: Vec<_> = people.filter_map(text).collect();
        view.teams.extend(text(&team["team"]).map(|key| (key, people.join(", "))));
    }
    view.ledgers = read(&said["ledgers"]);
    view.reports = read(&said["reports"]);
    for done in list(&said["results"]) {
        if let (Some(stage), Some(visit)) = (text(&done["stage"]), text(&done["visit"])) {
            view.visits.insert(stage, VisitView { visit, ..VisitView::default() });
        }
    }
    for open in list(&said["visits"]) {
        if let (Some(stage), Some(visit)) = (text(&open["stage"]), text(&open["visit"])) {
            view.visits.insert(stage, open_visit(visit, open, list(&said["works"])));
        }
    }
    let main = &said["main"];
    let mains = list(&said["visits"]).iter().find(|visit| !main.is_null() && visit["visit"] == *main);
    if let Some(visit) = mains {
        view.stage = text(&visit["stage"]);
        view.department = text(&visit["department"]);
        let shown = view.stage.as_ref().and_then(|stage| view.visits.get(stage)).cloned().unwrap_or_default();
        view.epoch = shown.epoch.unwrap_or_default();
        (view.visit, view.person, view.work) = (Some(shown.visit), shown.person, shown.work);
        let works = list(&said["works"]).iter().filter(|work| work["visit"] == *main);
        view.lacks = works.flat_map(|work| read::<Vec<String>>(&work["lacks"])).collect();
    }
    for clock in list(&said["clocks"]) {
        let Some(key) = text(&clock["key"]) else { continue };
        if clock["was_missed"] == true {
            view.missed.push(key.clone());
        }
        if clock["running"] == true {
            let (id, due) = (text(&clock["clock"]).unwrap_or_default(), read(&clock["due"]));
            view.clocks.insert(key, ClockView { id, due });
        }
    }
    view.missed.sort();
    for ruling in list(&said["rulings"]).iter().filter(|ruling| ruling["ended"].is_null()) {
        let Some(key) = text(&ruling["key"]) else { continue };
        let (work, person) = (text(&ruling["ruling"]).unwrap_or_default(), text(&ruling["person"]));
        view.rulings.insert(key, RulingView { work, person, due: read(&ruling["due"]) });
    }
}

fn open_visit(visit: String, open: &Value, works: &[Value]) -> VisitView {
    let mut works: Vec<&Value> = works.iter().filter(|work| work["visit"] == open["visit"]).collect();
    works.sort_by_key(|work| (text(&work["person"]), text(&work["work"])));
    let people: Vec<String> = works.iter().filter_map(|work| text(&work["person"])).collect();
    VisitView {
        visit,
        epoch: Some(number(&open["epoch"])),
        open_side: open["place"] == "side",
        person: (!people.is_empty()).then(|| people.join(", ")),
        work: works.first().and_then(|work| text(&work["work"])),
        round: None,
    }
}

fn from_investigation(view: &mut CaseView, said: &Value) {
    let proposals = list(&said["instances"]).iter().flat_map(|instance| list(&instance["proposals"]));
    view.proposals = proposals.filter_map(|proposal| proposal["total"].as_i64()).collect();
    let measures = || list(&said["instances"]).iter().flat_map(|instance| list(&instance["measures"]));
    let latest = measures().last().map(|measure| &measure["visit"]);
    let works = || list(&said["visits"]).iter().flat_map(|visit| list(&visit["measures"]));
    let planned = measures().filter(|measure| Some(&measure["visit"]) == latest);
    view.measures = planned
        .filter_map(|measure| {
            let work = works().find(|work| work["measure"] == measure["id"]);
            Some(MeasureView { id: text(&measure["id"])?, line: measure_line(measure, work) })
        })
        .collect();
}

/// A measure in one line: how it stands, and whose it is.
fn measure_line(measure: &Value, work: Option<&Value>) -> String {
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let (word, person) = match &measure["done"] {
        Value::Null => ("open", work.and_then(|work| text(&work["person"]))),
        done if time(&done["at"]) >= time(&measure["due"]) => ("late", text(&done["by"])),
        done => ("done", text(&done["by"])),
    };
    format!("{word} {}", person.unwrap_or_else(|| "nobody".to_owned()))
}

fn from_approval(view: &mut CaseView, said: &Value) {
    let open = list(&said["visits"]).iter().find_map(|visit| text(&visit["round"]["id"]));
    view.round = open.or_else(|| {
        let closed = list(&said["visits"]).iter().flat_map(|visit| list(&visit["rounds"]));
        closed.last().and_then(|round| text(&round["id"]))
    });
    for at in list(&said["visits"]) {
        let rounds = || list(&at["rounds"]).iter().chain(Some(&at["round"]).filter(|round| !round.is_null()));
        let known = view.visits.values_mut().find(|visit| at["visit"] == visit.visit.as_str());
        if let Some(visit) = known {
            visit.round = rounds().last().and_then(|round| text(&round["id"]));
        }
        view.incentives.extend(list(&at["round"]["incentives"]).iter().map(incentive));
        view.accounted.extend(rounds().flat_map(|round| list(&round["decided"])).map(incentive));
    }
}

/// A reward or penalty in one line: which, for whom, how much.
fn incentive(said: &Value) -> String {
    let whom = text(&said["person"]).or_else(|| text(&said["department"]));
    let range = match (said["amount_from"].as_i64(), said["amount_to"].as_i64()) {
        (Some(from), Some(to)) if from == to => Some(to.to_string()),
        (Some(from), Some(to)) => Some(format!("{from}..{to}")),
        _ => said["amount"].as_i64().map(|amount| amount.to_string()),
    };
    let share = said["percent"].as_u64().map(|percent| format!("{percent}%"));
    let points = said["points"].as_u64().map(|points| format!("{points} points"));
    let words = [text(&said["incentive"]), whom.or_else(|| Some("nobody".to_owned())), range, share, points];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn from_notification(view: &mut CaseView, said: &Value) {
    for notice in list(&said["notices"]) {
        match text(&notice["staff"]) {
            Some(person) => view.notified.push(person),
            None => view.messages.extend(text(&notice["template"])),
        }
    }
}
