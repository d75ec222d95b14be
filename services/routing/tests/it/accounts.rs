//! Accountability on the side: no clock that ran out is passed over, whatever crosses it on the way.

use contracts::commands::Actor;
use contracts::messages::clock_missed::ClockMissed;
use contracts::messages::stage_completed::StageCompleted;
use contracts::{Event, Facts, ServiceName};
use serde_json::{Value, json};

use super::world::World;

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

/// P03 with an hour for each step, somebody held to account for a missed one, and a new form after a refusal.
fn world() -> World {
    let path =
        format!("{}/../../deploy/playbooks/p03-receive-classify-approve.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let side = "stages:\n  - key: late\n    kind: account\n    label: {zh: 超时考核, en: Held to account}\n    \
                owner: {role: leader, department: customer_service}\n    incentives: [late]\n    \
                side: {start: [{missed: step}]}\n";
    let anew = "    from: approve\n    to: handle\n    new_form: new\n";
    let clocks = "clocks:\n  - {key: step, label: {zh: 一小时, en: An hour}, start: [{entered: handle}, \
                  {entered: approve}], stop: [{left: handle}, {left: approve}], limit: 1h, scope: visit, \
                  strictness: hard}\nincentives:\n  - {key: late, label: {zh: 超时罚款, en: A fine}, subject: \
                  step_owner, on: {missed: step}, form: fine, amount_from: 30, amount_to: 30}\n";
    let text = text.replace("stages:\n", side).replace("    from: approve\n    to: handle\n", anew);
    let mut world = World::with(&format!("{text}\n{clocks}"), FRIDAY);
    world.register(|said| said.category = Some("quality".parse().unwrap()));
    world
}

fn missed(world: &World) -> Vec<&ClockMissed> {
    let missed = world.said.iter().filter_map(|event| match event {
        Event::ClockMissed(missed) => Some(missed),
        _ => None,
    });
    missed.collect()
}

/// How often somebody was to be held to account.
fn begun(world: &World) -> usize {
    world.entered().iter().filter(|entered| entered.stage.as_str() == "late").count()
}

/// Approval says that it is decided on, knowing of the first so many missed clocks.
fn decided(world: &mut World, known: usize) {
    let (visit, epoch) = world.visit("late");
    let clocks: Vec<Value> = missed(world)[..known]
        .iter()
        .map(|missed| json!({"clock": missed.clock, "due": missed.due}))
        .collect();
    let results = json!({"round": visit, "decisions": [], "clocks": clocks});
    let (outcome, by) = ("dropped".parse().unwrap(), Actor::System);
    let completed = StageCompleted { visit, epoch, outcome, facts: Facts::new(), results, by };
    world.hear(ServiceName::Approval, completed);
}

#[test]
fn a_new_handling_does_not_end_who_is_held_to_account_for_the_old_one() {
    let mut world = world();
    world.advance_to("2025-03-07T11:30:00+08:00");
    let (late, _) = world.visit("late");
    world.complete("handle", "proposed");
    world.complete("approve", "refused");
    assert_eq!((world.case().instance, world.stage()), (2, "handle"));
    assert_eq!(world.visit("late").0, late, "somebody still decides on it");
    assert!(!world.whats().contains(&"stage.withdrawn"));
    decided(&mut world, 1);
    assert_eq!((begun(&world), world.stage()), (1, "handle"));
    world.replay();
}

#[test]
fn a_clock_that_ran_out_as_the_decision_was_made_is_decided_on_next() {
    for (known, again) in [(1, 2), (2, 1)] {
        let mut world = world();
        world.advance_to("2025-03-07T11:30:00+08:00");
        world.complete("handle", "proposed");
        world.advance_to("2025-03-07T13:00:00+08:00");
        assert_eq!((missed(&world).len(), begun(&world)), (2, 1), "the second while the first is decided on");
        decided(&mut world, known);
        assert_eq!(begun(&world), again);
        if again == 2 {
            decided(&mut world, 2);
            assert_eq!(begun(&world), 2, "and then it is done");
        }
        world.replay();
    }
}

#[test]
fn whoever_decides_is_told_what_began_the_side() {
    let mut world = world();
    world.advance_to("2025-03-07T11:30:00+08:00");
    let entered = world.entered();
    let late = entered.iter().find(|entered| entered.stage.as_str() == "late").unwrap();
    assert_eq!(late.brief["slice"]["approval"]["because"], json!({"missed": "step"}));
}
