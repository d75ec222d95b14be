//! What a reader may do with a case, and why the rest is not possible now. What is offered here the services check again.

use contracts::DepartmentId;
use contracts::queries::routing::ClockShown;
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
    let mut deeds: Vec<_> = works.iter().flat_map(|work| of_work(seen, routed, work, several)).collect();
    let concerned = works.iter().any(|work| is_mine(seen, work)) || seen.may_direct;
    let rulings: Vec<_> = list(routed, "rulings").filter(|one| one["ended"].is_null()).collect();
    let running = known.clocks.iter().filter(|clock| clock.stopped_at.is_none());
    deeds.extend(running.flat_map(|clock| of_clock(seen, clock, (concerned, &rulings))));
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
    deeds
}

fn deed(seen: &Seen, (on, verb): (&str, &str), of: Option<&str>, why_not: Option<Word>) -> Deed {
    let called = seen.called(verb);
    Deed {
        name: of.map_or_else(|| called.clone(), |of| format!("{called} · {of}")),
        address: format!("{}/do/{on}/{verb}", seen.address),
        why_not,
    }
}

/// What the holder of a piece of work may do besides doing it, and whoever directs it.
fn of_work(seen: &Seen, routed: &Value, work: &Value, several: bool) -> Vec<Deed> {
    let task = work["task"].as_str().unwrap_or_default();
    let on = work["work"].as_str().unwrap_or_default();
    let (mine, called) = (is_mine(seen, work) && seen.may_work, seen.called(task));
    let of = several.then_some(called.as_str());
    let made = |verb, why_not| deed(seen, (on, verb), of, why_not);
    let mut deeds: Vec<_> =
        if mine { beside(task).iter().map(|verb| made(verb, None)).collect() } else { Vec::new() };
    let visit = list(routed, "visits").find(|visit| visit["visit"] == work["visit"]);
    let Some(visit) = visit else { return deeds };
    let theirs = (!mine && !seen.may_direct).then_some(words::NOT_YOURS);
    if visit["kind"] != "clarify" {
        deeds.push(made("stage.transfer", theirs));
    }
    let may_dispute = list(visit, "actions").any(|action| action == "work.dispute");
    if visit["place"] == "main" {
        deeds.push(made("work.dispute", theirs.or((!may_dispute).then_some(words::NO_DISPUTE))));
    }
    deeds.push(made("work.reassign", theirs));
    deeds
}

/// What may be done with a clock that has not stopped.
fn of_clock(seen: &Seen, clock: &ClockShown, (concerned, rulings): (bool, &[&Value])) -> Vec<Deed> {
    let id = clock.clock.to_string();
    let label = clock.label.get(seen.language);
    let theirs = (!concerned).then_some(words::NOT_ON_THE_CASE);
    let made = |verb, why_not: Option<Word>| deed(seen, (&id, verb), Some(label), theirs.or(why_not));
    let stands = clock.state == "paused";
    let mut deeds = Vec::new();
    if stands {
        deeds.push(made("clock.resume", None));
    } else {
        deeds.push(made("clock.pause", clock.pausable.is_empty().then_some(words::NO_PAUSE)));
    }
    let model = list(seen.book.document(), "clocks").find(|one| one["key"] == clock.key.as_str());
    let extends = model.is_some_and(|model| !model["extension"].is_null());
    let asked = rulings.iter().any(|one| one["question"]["clock"] == id.as_str());
    let why_not = match (extends, clock.state == "missed", asked) {
        (false, ..) => Some(words::NO_EXTENSION),
        (_, true, _) => Some(words::TOO_LATE),
        (.., true) => Some(words::ASKED_ALREADY),
        _ => None,
    };
    deeds.push(made("clock.extend", why_not));
    deeds
}
