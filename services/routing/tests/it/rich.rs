//! Sides, joins, loops with a limit, new instances: the parts of the vocabulary that no shipped playbook uses yet.

use contracts::Event;
use contracts::messages::stage_entered::Place;
use routing::state::Main;

use crate::world::{World, facts, person};

const FRIDAY: &str = "2025-03-07T10:00:00+08:00";

fn rich() -> World {
    let mut world = World::rich(FRIDAY);
    world.register(|said| {
        said.category = Some("food".parse().unwrap());
        said.registered_by = person("s.agent");
    });
    world
}

#[test]
fn a_side_begins_with_the_registration_and_the_join_waits_for_it() {
    let mut world = rich();
    assert_eq!(world.stage(), "handle");
    assert!(world.entered().iter().any(|said| said.stage.as_str() == "contact" && said.place == Place::Side));
    world.complete("handle", "proposed");
    world.complete("approve", "approved");
    assert!(
        matches!(world.case().main, Main::Between { held: false, .. }),
        "execution waits for the contact"
    );
    world.complete("contact", "contacted");
    assert_eq!(world.stage(), "execute");
    world.replay();
}

#[test]
fn a_side_whose_condition_does_not_hold_is_not_waited_for() {
    let mut world = World::rich(FRIDAY);
    world.register(|said| {
        said.category = Some("food".parse().unwrap());
        said.channel = "letter".parse().unwrap();
    });
    world.complete("handle", "proposed");
    world.complete("approve", "approved");
    assert_eq!(world.stage(), "execute");
}

#[test]
fn a_loop_with_a_limit_leaves_by_its_other_way() {
    let mut world = rich();
    for _ in 0..2 {
        world.complete("handle", "proposed");
        world.complete("approve", "refused");
        assert_eq!(world.stage(), "handle");
    }
    world.complete("handle", "proposed");
    world.complete("approve", "refused");
    assert_eq!(world.stage(), "meet");
    assert_eq!(world.case().loops.values().sum::<u32>(), 2);
    world.replay();
}

#[test]
fn dissatisfaction_opens_the_next_instance_one_level_up_without_the_earlier_handlers() {
    let mut world = rich();
    let handler = world.holder("handle").to_owned();
    world.complete("contact", "contacted");
    world.complete("handle", "proposed");
    world.complete("approve", "approved");
    world.complete("execute", "done");
    world.complete("reply", "told");
    world.complete("callback", "dissatisfied");
    let entered = (*world.entered().last().unwrap()).clone();
    assert_eq!((entered.stage.as_str(), entered.instance, entered.level), ("handle", 2, 2));
    assert_eq!(entered.results.len(), 6, "the earlier handling is attached");
    assert!(entered.barred.iter().any(|barred| barred.as_str() == handler));
    assert_ne!(world.holder("handle"), handler);
    assert_eq!(world.case().entered.len(), 1, "visits are counted anew");
    let runs = world.case().clocks.values().filter(|clock| clock.key.as_str() == "dept_answer").count();
    assert_eq!(runs, 2, "with a fresh clock");
    world.replay();
}

#[test]
fn criteria_set_the_level_at_once() {
    let mut world = World::rich(FRIDAY);
    world.register(|said| {
        said.category = Some("food".parse().unwrap());
        said.repeats = Some(contracts::ComplaintId(uuid::Uuid::from_u128(1)));
    });
    assert_eq!(world.entered().last().unwrap().level, 2);
    let mut world = World::rich(FRIDAY);
    world.register(|said| {
        said.category = Some("food".parse().unwrap());
        said.facts = facts([("signal_newspaper", true.into())]);
    });
    assert_eq!(world.case().level, 3);
}

#[test]
fn a_missed_clock_begins_the_side_that_waits_for_it_and_names_who_owned_the_time() {
    let mut world = rich();
    world.advance_to("2025-03-10T23:59:00+08:00");
    assert!(!world.entered().iter().any(|said| said.stage.as_str() == "account"), "not before it ran out");
    world.advance_to("2025-03-11T00:01:00+08:00");
    let missed = world.said.iter().find_map(|event| match event {
        Event::ClockMissed(said) if said.key.as_str() == "first_contact" => Some(said),
        _ => None,
    });
    // The agent who was to contact the customer, not the handler at whose stage the case stands.
    assert_eq!(missed.unwrap().person.as_ref().map(|person| person.as_str()), Some("s.agent"));
    let begun: Vec<_> = world.entered().into_iter().filter(|said| said.stage.as_str() == "account").collect();
    assert_eq!((begun.len(), begun[0].place), (1, Place::Side));
    assert_eq!(world.stage(), "handle", "the main line goes on");
    world.complete("account", "dropped");
    world.advance_to("2025-03-12T00:01:00+08:00");
    let again = world.entered().into_iter().filter(|said| said.stage.as_str() == "account").count();
    assert_eq!(again, 1, "a clock is missed once");
    world.replay();
}
