//! Rulings: whose a case is, more time for a clock, what a rung asks.

use contracts::commands::routing::{DisputeWork, ExtendClock, GiveRuling, TransferStage};
use contracts::messages::case_escalated::EscalationAction;
use contracts::messages::ruling_given::RulingAnswer;
use contracts::{ClockId, Event, Problem, WorkId};
use routing::state::Ruling;

use crate::world::{World, person, ts};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

fn rich() -> World {
    let mut world = World::rich(FRIDAY);
    world.register(|said| {
        said.category = Some("food".parse().unwrap());
        said.registered_by = person("s.agent");
    });
    world
}

fn open(world: &World) -> (WorkId, &Ruling) {
    world.case().open_rulings().next().unwrap()
}

fn ruler(world: &World) -> &str {
    world.case().works[&open(world).0].holder().unwrap().as_str()
}

fn dept_answer(world: &World) -> ClockId {
    *world.case().clocks.iter().find(|(_, clock)| clock.key.as_str() == "dept_answer").unwrap().0
}

fn code<T>(answer: Result<T, Problem>) -> String {
    answer
        .err()
        .map_or_else(|| "done".to_owned(), |problem| format!("{} {}", problem.code, problem.field.unwrap()))
}

fn plain(work: WorkId) -> GiveRuling {
    GiveRuling {
        work, reason: "按职责分工".into(), department: None, grant: None, until: None, level: None
    }
}

/// The handler says that it is not theirs but that of logistics.
fn dispute(world: &mut World, proposed: Option<&str>) -> Result<(), Problem> {
    let (work, holder) = (world.work("handle").0, world.holder("handle").to_owned());
    let department = proposed.map(|unit| unit.parse().unwrap());
    let order = DisputeWork { work, department, reason: "运输途中损坏".into() };
    world.order(&order, person(&holder)).map(drop)
}

fn extend(world: &mut World, by: &str) -> Result<(), Problem> {
    let (clock, holder) = (dept_answer(world), world.holder("handle").to_owned());
    let order = ExtendClock { clock, until: None, by: Some(by.into()), reason: "等待检测报告".into() };
    world.order(&order, person(&holder)).map(drop)
}

fn told(world: &World, rung: &str) -> Vec<String> {
    let escalated = world.said.iter().filter_map(|event| match event {
        Event::CaseEscalated(said) if said.rung == rung => Some(&said.actions),
        _ => None,
    });
    let people = escalated.flatten().filter_map(|action| match action {
        EscalationAction::Notified { people, .. } => Some(people),
        _ => None,
    });
    people.flatten().map(ToString::to_string).collect()
}

#[test]
fn a_dispute_is_ruled_on_once_and_the_visit_moves() {
    let mut world = rich();
    let (visit, epoch) = world.visit("handle");
    let first = world.holder("handle").to_owned();
    assert_eq!(code(dispute(&mut world, Some("nowhere"))), "unknown-department /department");
    assert_eq!(code(dispute(&mut world, Some("quality"))), "invalid-field /department");
    dispute(&mut world, Some("logistics")).unwrap();
    assert_eq!((ruler(&world), open(&world).1.due), ("gm", Some(ts("2025-03-07T14:00:00+08:00"))));
    assert_eq!(world.holder("handle"), first, "somebody has it all the time");
    assert_eq!(code(dispute(&mut world, None)), "already-exists /work");
    let department = "sales".parse().unwrap();
    let order = TransferStage { visit, epoch, department, reason: "归口".into() };
    assert_eq!(code(world.order(&order, person(&first))), "not-allowed /actor", "not while it is ruled on");
    let work = open(&world).0;
    assert_eq!(code(world.order(&plain(work), person("gm"))), "missing-field /department");
    let other = GiveRuling { grant: Some(true), ..plain(work) };
    assert_eq!(code(world.order(&other, person("gm"))), "invalid-field /grant");
    let given = GiveRuling { department: Some("logistics".parse().unwrap()), ..plain(work) };
    assert_eq!(code(world.order(&given, person("boss"))), "not-the-holder /work");
    assert_eq!(code(world.order(&given, person(&first))), "separation-of-duty /actor");
    world.order(&given, person("gm")).unwrap();
    assert_eq!((world.holder("handle"), world.visit("handle")), ("lo.a", (visit, epoch + 1)));
    assert_eq!(told(&world, "ruling_given"), [first.as_str()]);
    assert_eq!(code(world.order(&given, person("gm"))), "not-found /work", "it is decided once");
    assert_eq!(code(dispute(&mut world, Some("quality"))), "already-exists /work");
    world.replay();
}

#[test]
fn what_stays_where_it_is_moves_nothing_and_a_transfer_makes_a_dispute_moot() {
    let mut world = rich();
    dispute(&mut world, None).unwrap();
    let (work, before) = (open(&world).0, world.visit("handle"));
    let stays = GiveRuling { department: Some("quality".parse().unwrap()), ..plain(work) };
    world.order(&stays, person("gm")).unwrap();
    assert_eq!(world.visit("handle"), before);
    let answer = world.case().rulings[&work].answer().unwrap();
    assert!(matches!(answer, RulingAnswer::Stays { department } if department.as_str() == "quality"));

    let mut world = rich();
    dispute(&mut world, None).unwrap();
    let (visit, epoch) = world.visit("handle");
    let department = "sales".parse().unwrap();
    let order = TransferStage { visit, epoch, department, reason: "归口".into() };
    world.order(&order, person("q.lead")).unwrap();
    assert_eq!(world.case().open_rulings().count(), 0);
    assert!(world.whats().contains(&"ruling.withdrawn"));
    world.replay();
}

#[test]
fn more_time_is_granted_even_after_the_miss_and_may_be_missed_again() {
    let mut world = rich();
    assert_eq!(code(extend(&mut world, "3 working days")), "invalid-field /by", "two at most");
    assert_eq!(code(extend(&mut world, "soon")), "invalid-field /by");
    extend(&mut world, "2 working days").unwrap();
    assert_eq!(code(extend(&mut world, "2h")), "already-exists /clock");
    assert_eq!(ruler(&world), "s.deputy");
    // Nobody has answered by the end of Monday: the holder was reminded an hour before, then their line is told.
    world.advance_to("2025-03-13T01:00:00+08:00");
    assert_eq!(
        (told(&world, "ruling_reminder"), told(&world, "ruling_missed")),
        (vec!["s.deputy".into()], vec!["boss".into()])
    );
    let (id, work) = (dept_answer(&world), open(&world).0);
    assert!(world.case().clocks[&id].was_missed());
    let granted = GiveRuling { grant: Some(true), ..plain(work) };
    let beyond = GiveRuling { until: Some(ts("2025-03-16T00:00:00+08:00")), ..granted.clone() };
    assert_eq!(code(world.order(&beyond, person("s.deputy"))), "invalid-field /until");
    world.order(&granted, person("s.deputy")).unwrap();
    let clock = &world.case().clocks[&id];
    assert_eq!((clock.due, clock.was_missed()), (Some(ts("2025-03-15T00:00:00+08:00")), false));
    assert_eq!(clock.extensions.len(), 1);
    world.advance_to("2025-03-16T00:00:00+08:00");
    let missed =
        world.said.iter().filter(|event| matches!(event, Event::ClockMissed(said) if said.clock == id));
    assert_eq!(missed.count(), 2);
    assert_eq!(code(extend(&mut world, "2h")), "wrong-stage /clock", "it is too late to ask");
    world.replay();
}

#[test]
fn a_clock_that_stops_needs_no_more_time() {
    let mut world = rich();
    extend(&mut world, "4h").unwrap();
    world.fact("amount_known", true);
    world.complete("handle", "proposed");
    assert_eq!((world.case().open_rulings().count(), world.whats().contains(&"ruling.withdrawn")), (0, true));
    world.replay();
}

#[test]
fn a_rung_asks_and_the_answer_raises_the_level() {
    let mut world = World::rich(FRIDAY);
    world.register(|said| said.category = Some("food".parse().unwrap()));
    world.fact("injury", true);
    let (work, raised) = (open(&world).0, GiveRuling { level: Some(3), ..plain(open(&world).0) });
    let lower = GiveRuling { level: Some(1), ..plain(work) };
    assert_eq!(code(world.order(&lower, person("gm"))), "invalid-field /level");
    world.order(&raised, person("gm")).unwrap();
    assert_eq!((world.case().level, world.case().works.contains_key(&work)), (3, false));
    assert!(matches!(world.case().rulings[&work].answer(), Some(RulingAnswer::Said { level: Some(3) })));
    world.replay();
}
