//! A case as people see it. Pure: the queries and the simulator show the same.

use std::sync::Arc;

use calendar::explain;
use contracts::messages::stage_entered::Place;
use contracts::queries::routing::ClockShown;
use contracts::{ComplaintId, Problem, StageKey, VisitId, WorkId};
use playbook::{CompiledPlaybook, Stage};
use serde_json::{Value, json};

use crate::clocks::terms;
use crate::draft::env_of;
use crate::library::Library;
use crate::rows::place_of;
use crate::state::{Case, CaseClock, Main, Organisation, Work, WorkState};
use crate::{rulings, shown_forms};

/// What can be told of a case from its state alone. `main` is the open main visit; `path` the main stages in order,
/// the present one included; `moves` the work that people moved, and `rulings` what was to be ruled on, both with
/// references to what was said.
#[must_use]
pub fn view(case: &Case) -> Value {
    let main = case.main_visit();
    let done = case.results.iter().filter(|done| done.place == Place::Main).map(|done| &done.stage);
    let path: Vec<_> = done.chain(main.map(|(_, visit)| &visit.stage)).collect();
    let outcome = match &case.main {
        Main::Closed { outcome, .. } => Some(outcome),
        Main::Visit { .. } | Main::Between { .. } => None,
    };
    json!({
        "number": case.number,
        "playbook": case.playbook,
        "followed": case.followed,
        "origin": case.origin,
        "facts": case.facts,
        "level": case.level,
        "instance": case.instance,
        "place": place_of(case),
        "main": main.map(|(id, _)| id),
        "outcome": outcome,
        "path": path,
        "loops": case.loops,
        "watchers": case.watchers,
        "teams": case.teams.values().collect::<Vec<_>>(),
        "visits": case.visits.iter().map(|(id, visit)| json!({
            "visit": id, "stage": visit.stage, "kind": visit.kind, "place": visit.place, "epoch": visit.epoch,
            "instance": visit.instance, "department": visit.department, "barred": visit.barred,
            "entered_at": visit.entered_at, "actions": actions(case, *id),
        })).collect::<Vec<_>>(),
        "results": case.results,
        "works": case.works.iter().map(|(id, work)| shown(*id, work)).collect::<Vec<_>>(),
        "moves": case.moves,
        "rulings": case.rulings.iter().map(|(id, ruling)| {
            let mut shown = json!(ruling);
            shown["ruling"] = json!(id);
            shown["key"] = json!(ruling.question.key());
            shown["person"] = json!(case.works.get(id).and_then(|work| work.holder()));
            shown
        }).collect::<Vec<_>>(),
        "ledgers": case.ledgers,
        "reports": case.reports,
        "closing": case.closing,
        "clocks": case.clocks.iter().map(|(id, clock)| json!({
            "clock": id, "key": clock.key, "start": clock.start, "due": clock.due, "visit": clock.visit,
            "instance": clock.instance, "owner": clock.owner, "running": clock.is_running(), "state": word(clock),
            "was_missed": clock.was_missed(), "stopped_at": clock.stopped.map(|stopped| stopped.at),
        })).collect::<Vec<_>>(),
    })
}

/// The same with what the playbook says: its graph with the case on it, and why the case stands between two stages.
#[must_use]
pub fn case(id: ComplaintId, case: &Case, book: &CompiledPlaybook) -> Value {
    let mut shown = view(case);
    shown["complaint"] = json!(id);
    shown["title"] = json!(book.playbook().title);
    for (shown, ruling) in shown["rulings"].as_array_mut().into_iter().flatten().zip(case.rulings.values()) {
        shown["label"] = json!(rulings::label(book, &ruling.question));
    }
    if let Some(main) = case.main_visit().map(|(id, _)| id).filter(|id| may_dispute(case, book, *id)) {
        let visits = shown["visits"].as_array_mut().into_iter().flatten();
        for visit in visits.filter(|visit| visit["visit"] == json!(main)) {
            if let Some(actions) = visit["actions"].as_array_mut() {
                actions.push(json!("work.dispute"));
            }
        }
    }
    shown["graph"] = book.playbook().stages.iter().map(|stage| node(case, stage)).collect();
    shown["waits"] = between(case, book);
    shown["forms"] = shown_forms::lines(case, book);
    shown
}

/// Whether the playbook has somebody rule on whose a visit is, and nobody has.
fn may_dispute(case: &Case, book: &CompiledPlaybook, visit: VisitId) -> bool {
    let rules = book.playbook().rulings.as_ref().is_some_and(|rulings| rulings.dispute.is_some());
    rules && case.ruling_on(visit).is_none()
}

/// Why a case stands between two stages; null when it does not.
fn between(case: &Case, book: &CompiledPlaybook) -> Value {
    let Main::Between { after, outcome, held } = &case.main else { return Value::Null };
    let last = after.clone().or_else(|| book.entry().map(|stage| stage.key.clone()));
    let reason = last.map(|stage| match book.next(&stage, &env_of(case, book)) {
        Ok(playbook::Next::To { stage, .. }) => waits_for(case, book, &stage),
        Ok(playbook::Next::End) => json!({"why": "ends"}),
        Err(error) => json!({"why": "no_way_on", "detail": error.to_string()}),
    });
    json!({"after": after, "outcome": outcome, "held": held, "reason": reason})
}

fn waits_for(case: &Case, book: &CompiledPlaybook, next: &StageKey) -> Value {
    let stage = book.stage(next).ok();
    if stage.is_some_and(|stage| book.callback_waits(stage, &env_of(case, book)).unwrap_or(false)) {
        return json!({"why": "callback_paused", "next": next});
    }
    let join = stage.and_then(|stage| stage.join.as_ref());
    let open = case.visits.values().map(|visit| &visit.stage);
    let sides: Vec<_> = open.filter(|stage| join.is_some_and(|join| join.sides.contains(stage))).collect();
    json!({"why": "waits_for_sides", "next": next, "sides": sides})
}

fn node(case: &Case, stage: &Stage) -> Value {
    json!({
        "stage": stage.key,
        "kind": stage.kind,
        "label": stage.label,
        "side": stage.side.is_some(),
        "entered": case.entered.get(&stage.key).copied().unwrap_or(0),
        "completed": case.results.iter().filter(|done| done.stage == stage.key).count(),
        "open": case.visits.values().any(|visit| visit.stage == stage.key),
        "summary": stage.summary,
        "next": stage.next.iter().map(|way| json!({"to": way.to, "loop": way.via})).collect::<Vec<_>>(),
    })
}

fn shown(id: WorkId, work: &Work) -> Value {
    let mut shown = json!({
        "work": id, "visit": work.visit, "epoch": work.epoch, "task": work.task, "role": work.role,
        "secondary": work.secondary, "department": work.department, "due": work.due, "requested_at": work.requested_at, "lacks": work.lacks,
    });
    match &work.state {
        WorkState::Held { person, instead_of, since } => {
            shown["person"] = json!(person);
            shown["instead_of"] = json!(instead_of);
            shown["since"] = json!(since);
        }
        WorkState::Queued { reason, since } => {
            shown["queued"] = json!(reason);
            shown["since"] = json!(since);
        }
    }
    shown
}

/// What may be done at a visit: the tasks that are asked for, and what routing itself takes.
fn actions(case: &Case, visit: contracts::VisitId) -> Vec<String> {
    let works = || case.works.values().filter(move |work| work.visit == visit);
    let mut actions: Vec<String> = works().map(|work| work.task.clone()).collect();
    if works().any(|work| work.holder().is_some()) {
        actions.extend(["work.hand_back", "work.reassign"].map(str::to_owned));
    }
    if works().any(|work| work.holder().is_none()) {
        actions.extend(["work.claim", "work.reassign"].map(str::to_owned));
    }
    actions.push("stage.transfer".to_owned());
    actions.sort();
    actions.dedup();
    actions
}

/// The clocks of a case in the order they were started, each explained line by line: by the playbook that the case
/// follows, the first of `books`, else by one of those it followed before.
///
/// # Errors
/// When a calendar that a clock runs on cannot be read.
pub fn clocks(
    case: &Case,
    books: &[Arc<CompiledPlaybook>],
    library: &Library,
    organisation: Option<&Organisation>,
) -> Result<Vec<ClockShown>, Problem> {
    let mut shown = Vec::with_capacity(case.clocks.len());
    for (id, clock) in &case.clocks {
        let Some(model) = books.iter().find_map(|book| book.clock(&clock.key)) else { continue };
        let calendar = library.calendar(organisation, &clock.calendar)?;
        let lines = explain(&terms(model, clock, &case.facts), clock.start, &clock.segments(), &calendar);
        shown.push(ClockShown {
            clock: *id,
            key: clock.key.clone(),
            label: model.label.clone(),
            start: clock.start,
            due: clock.due,
            hard: model.strictness == playbook::Strictness::Hard,
            state: word(clock).to_owned(),
            stopped_at: clock.stopped.map(|stopped| stopped.at),
            owner: clock.owner.clone(),
            instance: clock.instance,
            calendar: format!("{}@{}", clock.calendar.id, clock.calendar.version),
            pausable: model.pausable.iter().map(ToString::to_string).collect(),
            lines: json!(lines),
            zone: calendar.zone().iana_name().unwrap_or_default().to_owned(),
            moves: clock.moves.clone(),
        });
    }
    shown.sort_by_key(|clock| (clock.start, clock.clock));
    Ok(shown)
}

/// How a clock is, in one word.
fn word(clock: &CaseClock) -> &'static str {
    match clock.stopped {
        Some(stopped) if stopped.met => "met",
        Some(_) => "stopped_late",
        None if clock.missed.is_some() => "missed",
        None if clock.is_paused() => "paused",
        None => "running",
    }
}
