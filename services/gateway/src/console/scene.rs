//! What a form of the case depends on, put together of what the services say: the visit's own brief, as `stage.entered`
//! told it, the round, the talk with the customer, the clock or form that it is about.

use contracts::queries::routing::ClockShown;
use pages::forms::{Choice, Label};
use pages::tasks::Scene;
use serde_json::{Map, Value, json};

use super::case::Known;
use super::case_view::Seen;

/// What a form is for, by the id in its address.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    /// The visit and its epoch, where it is about one.
    pub visit: Option<(String, u64)>,
    /// The piece of work.
    pub work: Value,
    /// The clock, the form or the ruling.
    pub on: Value,
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What an address is about: a piece of work, a clock, or nothing of these.
pub(super) fn about(known: &Known, on: &str) -> Option<About> {
    let work = list(&known.views["case"]["works"]).find(|one| one["work"] == on);
    if let Some(work) = work {
        let visit =
            work["visit"].as_str().map(|visit| (visit.to_owned(), work["epoch"].as_u64().unwrap_or(1)));
        let ruling = list(&known.views["case"]["rulings"]).find(|one| one["ruling"] == on);
        return Some(About { visit, work: work.clone(), on: ruling.cloned().unwrap_or_default() });
    }
    let clock = known.clocks.iter().find(|clock| clock.clock.to_string() == on).map(clock_shown)?;
    Some(About { on: clock, ..About::default() })
}

fn clock_shown(clock: &ClockShown) -> Value {
    json!({ "clock": clock.clock, "pausable": clock.pausable, "label": clock.label })
}

/// The scene of a form.
pub(super) fn scene(seen: &Seen, known: &Known, about: &About) -> Scene {
    let (visit, epoch) = about.visit.clone().unwrap_or((String::new(), 1));
    let entered =
        known.said.iter().rev().find(|event| event.what == "stage.entered" && event.body["visit"] == visit);
    let approval = list(&known.views["approval"]["visits"]).find(|one| one["visit"] == visit);
    let mut case = known.views["case"].clone();
    case["opened"] = Value::Object(opened(known));
    let department = about.work["department"].as_str().unwrap_or_default();
    Scene {
        visit: visit.clone(),
        epoch,
        work: about.work.clone(),
        round: approval.map(|one| round(&known.views["approval"], one)).unwrap_or_default(),
        brief: entered.map(|event| event.body["brief"].clone()).unwrap_or_default(),
        book: seen.book.document().clone(),
        case,
        investigation: known.views["investigation"].clone(),
        talk: talk_of(&known.views["notification"], &visit),
        on: about.on.clone(),
        departments: seen.house.departments(),
        people: seen.house.people(None),
        colleagues: seen.house.people(Some(department)),
        files: known
            .files
            .iter()
            .map(|file| Choice::new(file.file.to_string(), Label::Name(file.name.clone())))
            .collect(),
        zone: seen.house.zone.clone(),
    }
}

/// The open round of a visit, with what is decided on in it: the proposal, or what was approved for less at an earlier step.
pub(super) fn round(approval: &Value, visit: &Value) -> Value {
    let mut round = visit["round"].clone();
    if round.is_object() {
        let (amended, proposal) = (&round["amended"]["remedies"], &approval["proposal"]["remedies"]);
        let proposed = if amended.is_array() { amended } else { proposal }.clone();
        round["proposed"] = proposed;
    }
    round
}

/// The texts that the services opened for the reader, by their references.
pub(super) fn opened(known: &Known) -> Map<String, Value> {
    let all = known.views.values().filter_map(|view| view["words"].as_object()).flatten();
    all.map(|(id, text)| (id.clone(), text.clone())).collect()
}

/// What was said with the customer at a visit, and what was noted for whoever calls back, of notification's view.
pub(super) fn talk_of(view: &Value, visit: &str) -> Value {
    let own = list(&view["visits"]).find(|one| one["visit"] == visit);
    let mut talk = own.cloned().unwrap_or_else(|| json!({}));
    let words = &view["words"];
    let notes =
        list(&view["caller_notes"]).map(|noted| &words[noted["note"]["id"].as_str().unwrap_or_default()]);
    talk["caller_notes"] = notes.filter(|note| note.is_string()).cloned().collect();
    talk
}
