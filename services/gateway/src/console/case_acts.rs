//! What a reader may do with a case, and why the rest is not possible now. What is offered here the services check again.

use std::collections::BTreeMap;

use contracts::queries::routing::ClockShown;
use contracts::{DepartmentId, Problem, ProblemCode};
use pages::Word;
use pages::case::acts::{Act, Acts, Can, Deed};
use pages::tasks::beside;
use pages::words::case as words;
use serde_json::Value;

use super::case::Known;
use super::case_view::Seen;
use super::visitor::new_key;

/// Every piece of work of the case, and what else could be done with it.
pub(super) fn acts(seen: &Seen, known: &Known) -> Acts {
    let (record, routed) = (&known.views["complaint"], &known.views["case"]);
    let works: Vec<_> = list(routed, "works").collect();
    let act = |work: &&Value| {
        let task = work["task"].as_str().unwrap_or_default();
        Act {
            work: work["work"].as_str().unwrap_or_default().to_owned(),
            name: seen.called(task),
            can: can(seen, work),
            key: new_key(),
        }
    };
    Acts {
        work: "/console/work".to_owned(),
        case: seen.address.clone(),
        complaint: seen.complaint.to_string(),
        number: record["number"].as_str().unwrap_or_default().to_owned(),
        all: works.iter().map(act).collect(),
        more: more(seen, known, &works),
    }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn is_mine(seen: &Seen, work: &Value) -> bool {
    work["person"] == seen.staff.person.as_str()
}

fn can(seen: &Seen, work: &Value) -> Can {
    let own = seen.staff.department.as_ref().map(DepartmentId::as_str);
    match work["person"].as_str() {
        Some(_) if is_mine(seen, work) => {
            if seen.may_work {
                Can::Do
            } else {
                Can::NoRole
            }
        }
        Some(person) => Can::HeldBy(seen.house.person(person)),
        None if !seen.may_take => Can::NoRole,
        None if own == work["department"].as_str() => Can::Claim,
        None => Can::QueueOf(seen.department(&work["department"])),
    }
}

/// What else could be done: first with the work, then with clocks, then with the case.
fn more(seen: &Seen, known: &Known, works: &[&Value]) -> Vec<Deed> {
    let routed = &known.views["case"];
    let closed = routed["place"] == "closed";
    let several = works.len() > 1;
    let mut deeds: Vec<_> = works.iter().flat_map(|work| of_work(seen, known, work, several)).collect();
    let is_asked = |clock: &ClockShown| {
        let mut open = list(routed, "rulings").filter(|one| one["ended"].is_null());
        open.any(|one| one["question"]["clock"] == clock.clock.to_string())
    };
    let running = known.clocks.iter().filter(|clock| clock.stopped_at.is_none());
    deeds.extend(running.flat_map(|clock| {
        let refused = known.refused.clocks.get(&clock.clock);
        of_clock(seen, clock, (refused, is_asked(clock)))
    }));
    let of_case = |verb: &str, may: bool| {
        let why_not = match (closed, may) {
            (true, _) => Some(words::CASE_IS_CLOSED),
            (_, false) => Some(words::NO_ROLE),
            _ => None,
        };
        deed(seen, ("case", verb), None, why_not)
    };
    deeds.push(of_case("callback.note", seen.may_work));
    deeds.push(of_case("fact.record", seen.may_add));
    for verb in ["case.raise", "case.withdraw"] {
        let refused = known.refused.case.get(verb).map(|problem| refused_of_case(problem, verb));
        deeds.push(deed(seen, ("case", verb), None, (!seen.may_work).then_some(words::NO_ROLE).or(refused)));
    }
    deeds
}

/// Why an order about the case as a whole would be refused.
fn refused_of_case(problem: &Problem, verb: &str) -> Word {
    match (problem.code, verb) {
        (ProblemCode::ConflictOfInterest, _) => words::PARTY,
        (ProblemCode::NotAllowed, _) if problem.field.as_deref() == Some("/actor") => words::NOT_ON_THE_CASE,
        (ProblemCode::NotAllowed, _) => words::HIGHEST_LEVEL,
        (ProblemCode::WrongStage, "case.withdraw") => words::NOT_TO_WITHDRAW,
        _ => words::CASE_IS_CLOSED,
    }
}

fn deed(seen: &Seen, (on, verb): (&str, &str), of: Option<&str>, why_not: Option<Word>) -> Deed {
    let called = seen.called(verb);
    Deed {
        name: of.map_or_else(|| called.clone(), |of| format!("{called} · {of}")),
        address: format!("{}/do/{on}/{verb}", seen.address),
        why_not,
    }
}

/// What the holder of a piece of work may do besides doing it, and whoever directs it, as routing says of whoever asks.
fn of_work(seen: &Seen, known: &Known, work: &Value, several: bool) -> Vec<Deed> {
    let task = work["task"].as_str().unwrap_or_default();
    let on = work["work"].as_str().unwrap_or_default();
    let (mine, called) = (is_mine(seen, work) && seen.may_work, seen.called(task));
    let of = several.then_some(called.as_str());
    let made = |verb, why_not| deed(seen, (on, verb), of, why_not);
    let mut deeds: Vec<_> =
        if mine { beside(task).iter().map(|verb| made(verb, None)).collect() } else { Vec::new() };
    let visit = list(&known.views["case"], "visits").find(|visit| visit["visit"] == work["visit"]);
    let Some(visit) = visit else { return deeds };
    let refused = on.parse().ok().and_then(|id| known.refused.works.get(&id));
    let refused = |verb: &str| refused?.get(verb).map(refused_of_work);
    let role = (!seen.may_work).then_some(words::NO_ROLE);
    if visit["kind"] != "clarify" {
        deeds.push(made("stage.transfer", role.or(refused("stage.transfer"))));
    }
    if visit["place"] == "main" {
        deeds.push(made("work.dispute", role.or(refused("work.dispute"))));
    }
    deeds.push(made("work.reassign", role.or(refused("work.reassign"))));
    deeds
}

/// Why an order about what becomes of a piece of work would be refused.
fn refused_of_work(problem: &Problem) -> Word {
    match (problem.code, problem.field.as_deref()) {
        (ProblemCode::ConflictOfInterest, _) => words::PARTY,
        (ProblemCode::NotAllowed, Some("/department")) => words::ONE_VOICE,
        (ProblemCode::NotAllowed | ProblemCode::AlreadyExists | ProblemCode::WrongStage, Some("/work")) => {
            words::NO_DISPUTE
        }
        _ => words::NOT_YOURS,
    }
}

/// What may be done with a clock that has not stopped, as routing says of whoever asks.
fn of_clock(
    seen: &Seen,
    clock: &ClockShown,
    (refused, is_asked): (Option<&BTreeMap<String, Problem>>, bool),
) -> Vec<Deed> {
    let id = clock.clock.to_string();
    let label = clock.label.get(seen.language);
    let made = |verb: &str| {
        let problem = refused.and_then(|refused| refused.get(verb));
        let refused = problem.map(|problem| refused_of_clock(problem, verb, is_asked));
        let role = (!seen.may_work).then_some(words::NO_ROLE);
        deed(seen, (&id, verb), Some(label), role.or(refused))
    };
    let turned = if clock.state == "paused" { "clock.resume" } else { "clock.pause" };
    vec![made(turned), made("clock.extend")]
}

/// Why an order about a clock would be refused.
fn refused_of_clock(problem: &Problem, verb: &str, is_asked: bool) -> Word {
    match (problem.code, problem.field.as_deref()) {
        (ProblemCode::ConflictOfInterest, _) => words::PARTY,
        (ProblemCode::NotAllowed, Some("/actor")) => words::NOT_ON_THE_CASE,
        (ProblemCode::WrongStage, _) => words::TOO_LATE,
        (ProblemCode::AlreadyExists, _) if is_asked => words::ASKED_ALREADY,
        (ProblemCode::AlreadyExists, _) => words::EXTENDED_ALREADY,
        _ if verb == "clock.pause" => words::NO_PAUSE,
        _ => words::NO_EXTENSION,
    }
}
