//! Clocks and the ladder: retroactive starts, caps, pauses, misses, rungs.

use contracts::Event;
use contracts::commands::Actor;
use contracts::commands::routing::{PauseClock, ResumeClock};
use contracts::messages::fact_recorded::FactRecorded;

use crate::world::{World, facts, person, ts};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

fn rich() -> World {
    let mut world = World::rich(FRIDAY);
    world.register(|said| {
        said.category = Some("food".parse().unwrap());
        said.registered_by = person("s.agent");
    });
    world
}

fn clock<'w>(world: &'w World, key: &str) -> &'w routing::state::CaseClock {
    world.case().clocks.values().rfind(|clock| clock.key.as_str() == key && clock.is_running()).unwrap()
}

fn ids(world: &World, key: &str) -> contracts::ClockId {
    *world.case().clocks.iter().find(|(_, clock)| clock.key.as_str() == key).unwrap().0
}

fn rungs(world: &World) -> Vec<&str> {
    let fired = world.said.iter().filter_map(|event| match event {
        Event::CaseEscalated(said) => Some(said.rung.as_str()),
        _ => None,
    });
    fired.collect()
}

#[test]
fn one_working_day_from_friday_is_missed_at_the_end_of_monday() {
    let mut world = rich();
    assert_eq!(clock(&world, "first_contact").due, Some(ts("2025-03-11T00:00:00+08:00")));
    world.advance_to("2025-03-10T23:59:59+08:00");
    assert!(!world.whats().contains(&"clock.missed"));
    world.advance_to("2025-03-12T00:00:00+08:00");
    let missed = world.said.iter().find_map(|event| match event {
        Event::ClockMissed(said) if said.key.as_str() == "first_contact" => Some(said),
        _ => None,
    });
    assert_eq!(missed.unwrap().due, ts("2025-03-11T00:00:00+08:00"));
    assert_eq!(missed.unwrap().owner.as_ref().unwrap().as_str(), "service");
    world.fact("customer_contacted", ts("2025-03-12T00:00:00+08:00"));
    let met: Vec<_> = world
        .said
        .iter()
        .filter_map(|event| match event {
            Event::ClockStopped(said) if said.key.as_str() == "first_contact" => Some(said.met),
            _ => None,
        })
        .collect();
    assert_eq!(met, [false]);
    world.replay();
}

#[test]
fn time_runs_from_receipt_even_before_the_case_exists() {
    let mut world = World::rich("2025-03-12T10:00:00+08:00");
    world.register(|said| {
        said.category = Some("food".parse().unwrap());
        said.received_at = ts(FRIDAY);
    });
    assert_eq!(clock(&world, "first_contact").start, ts(FRIDAY));
    world.advance_to("2025-03-12T10:00:00+08:00");
    assert!(rungs(&world).contains(&"alert_1"), "late, but in order");
    assert!(world.whats().contains(&"clock.missed"));
}

#[test]
fn what_is_told_late_counts_when_it_happened() {
    let mut world = rich();
    world.advance_to("2025-03-12T09:00:00+08:00");
    let (at, by) = (ts("2025-03-10T15:00:00+08:00"), Actor::System);
    let facts = facts([("customer_contacted", at.into())]);
    world.hear(contracts::ServiceName::Notification, FactRecorded { facts, at, by, visit: None });
    let Some(Event::ClockStopped(said)) =
        world.said.iter().rev().find(|event| event.what() == "clock.stopped")
    else {
        panic!("not stopped")
    };
    assert!(said.met && said.at == at);
}

#[test]
fn the_customers_own_limit_caps_the_clock() {
    let mut world = rich();
    assert_eq!(clock(&world, "dept_answer").due, Some(ts("2025-03-13T00:00:00+08:00")));
    world.fact("customer_limit", ts("2025-03-07T22:00:00+08:00"));
    assert_eq!(clock(&world, "dept_answer").due, Some(ts("2025-03-07T22:00:00+08:00")));
    world.advance_to("2025-03-07T22:00:00+08:00");
    assert_eq!(rungs(&world), ["remind", "overdue"]);
    world.replay();
}

#[test]
fn a_pause_moves_the_due_time_and_only_for_a_listed_reason() {
    let mut world = rich();
    let (id, holder) = (ids(&world, "dept_answer"), world.holder("handle").to_owned());
    let refused =
        world.order(&PauseClock { clock: id, reason: "holiday".into() }, person(&holder)).unwrap_err();
    assert_eq!(
        (refused.field.as_deref(), refused.expected.as_deref()),
        (Some("/reason"), Some("waiting_for_customer"))
    );
    let pause = PauseClock { clock: id, reason: "waiting_for_customer".into() };
    assert_eq!(world.order(&pause, person("lo.a")).unwrap_err().code.as_str(), "not-allowed");
    world.advance_to("2025-03-10T09:00:00+08:00");
    world.order(&pause, person(&holder)).unwrap();
    assert_eq!(clock(&world, "dept_answer").due, None);
    world.advance_to("2025-03-14T09:00:00+08:00");
    assert!(!rungs(&world).contains(&"overdue"));
    world.order(&ResumeClock { clock: id }, person(&holder)).unwrap();
    // Four working days (all day) stood still: Mon 09:00 to Fri 09:00.
    assert_eq!(clock(&world, "dept_answer").due, Some(ts("2025-03-19T00:00:00+08:00")));
    world.replay();
}

#[test]
fn a_rung_notifies_raises_reassigns_and_watches_once() {
    let mut world = rich();
    let first = world.holder("handle").to_owned();
    world.advance_to("2025-03-20T00:00:00+08:00");
    assert_eq!(rungs(&world).iter().filter(|rung| **rung == "overdue").count(), 1);
    assert_eq!(world.case().level, 2);
    assert_ne!(world.holder("handle"), first, "automatic: whoever else holds the role");
    assert!(world.case().watchers.contains("gm"));
    world.replay();
}

#[test]
fn a_fact_fires_its_rung_once_an_instance_and_asks_for_a_ruling() {
    let mut world = rich();
    world.fact("injury", true);
    world.fact("injury", true);
    assert_eq!(rungs(&world), ["hurt"]);
    assert_eq!(world.case().level, 3);
    let rulings: Vec<_> = world.case().works.values().filter(|work| work.task == "rule").collect();
    assert_eq!(rulings[0].holder().unwrap().as_str(), "gm");
    world.fact("amount_known", true);
    world.complete("handle", "proposed");
    assert_eq!(world.case().open_rulings().count(), 1, "it outlives the visit");
    world.replay();
}

#[test]
fn a_repeating_clock_begins_again_at_each_contact() {
    let mut world = rich();
    for day in ["2025-03-10", "2025-03-14", "2025-03-20"] {
        world.advance_to(&format!("{day}T12:00:00+08:00"));
        world.fact("last_contact", ts(&format!("{day}T12:00:00+08:00")));
    }
    let runs = world.case().clocks.values().filter(|clock| clock.key.as_str() == "progress").count();
    assert_eq!(runs, 3);
    assert_eq!(clock(&world, "progress").due, Some(ts("2025-03-28T00:00:00+08:00")));
    world.replay();
}

#[test]
fn facts_that_overtake_the_registration_are_not_lost() {
    let mut world = World::rich(FRIDAY);
    world.fact("customer_contacted", ts(FRIDAY));
    world.register(|said| said.category = Some("food".parse().unwrap()));
    assert!(
        world
            .case()
            .clocks
            .values()
            .all(|clock| clock.key.as_str() != "first_contact" || !clock.is_running())
    );
    world.replay();
}

#[test]
fn a_callback_that_waits_is_looked_at_again_when_a_timer_raises_the_level() {
    let path =
        format!("{}/../../deploy/playbooks/p03-receive-classify-approve.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let waits = "callback_policy:\n  pause_while_open: level < 2\n";
    let text = text.replace("callback_policy:\n", waits);
    let up = "clocks:\n  - {key: whole, label: {zh: 全程, en: All of it}, start: [{event: registered}], stop: \
              [{event: closed}], limit: 4h, scope: case, strictness: hard}\nladder:\n  - {key: up, label: {zh: \
              升级, en: Up}, on: {clock: {key: whole}}, actions: [{raise_level: 1}]}\nseverity_levels:\n  - {level: \
              1, label: {zh: 一, en: One}}\n  - {level: 2, label: {zh: 二, en: Two}}\n";
    let mut world = World::with(&format!("{text}\n{up}"), "2025-03-07T10:00:00+08:00");
    world.register(|said| said.category = Some("quality".parse().unwrap()));
    for (stage, outcome) in [("handle", "proposed"), ("approve", "approved"), ("reply", "told")] {
        world.complete(stage, outcome);
    }
    world.advance_to("2025-03-07T13:59:59+08:00");
    assert_eq!(world.stage(), "-", "it waits");
    world.advance_to("2025-03-07T14:00:00+08:00");
    assert_eq!((world.case().level, world.stage()), (2, "callback"));
}
