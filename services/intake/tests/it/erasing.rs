//! `person.erase`: the record stays, the words and every way to find the person go.

use contracts::commands::Actor;
use contracts::{ComplainantId, Event, Problem, ProblemCode, SubjectRef};
use intake::Row;
use serde_json::{Value, json};

use crate::world::{World, clerk, good, officer, organisation};

fn complainant(world: &World) -> ComplainantId {
    let found = world.said.iter().find_map(|(_, event)| match event {
        Event::ComplaintRegistered(said) => Some(said.complainant),
        _ => None,
    });
    found.unwrap()
}

fn erase(world: &mut World, who: ComplainantId, actor: Actor) -> Result<Value, Problem> {
    let subject = SubjectRef::person(&organisation(), who);
    world.order(subject, "person.erase", "e", actor, json!({ "reason": "客户要求删除" }))
}

#[test]
fn a_forgotten_person_leaves_the_record_and_nothing_else() {
    let mut world = World::new();
    let first = world.register("k1", clerk(), good()).unwrap();
    let second = world.register("k2", clerk(), good()).unwrap();
    let who = complainant(&world);
    assert_eq!(erase(&mut world, who, officer()).unwrap(), json!({ "complaints": 2 }));
    let Some((_, Event::PersonErased(said))) = world.said.last() else { panic!() };
    assert_eq!(said.complaints, [first.complaint, second.complaint]);
    assert!(world.words.is_empty());
    assert!(matches!(world.rows.last(), Some(Row::Erased { .. })));
    for space in ["complainant", "person", "repeat", "spot"] {
        assert_eq!(world.entries_of(space), 0, "{space}");
    }
    // Asked again, it is done already; the same number calling again is somebody new.
    assert_eq!(erase(&mut world, who, officer()).unwrap(), json!({ "complaints": 2 }));
    let third = world.register("k3", clerk(), good()).unwrap();
    assert_eq!(third.repeats, None);
    let said = world.said.iter().rev().find_map(|(_, event)| match event {
        Event::ComplaintRegistered(said) => Some(said.complainant),
        _ => None,
    });
    assert_ne!(said, Some(who));
}

#[test]
fn only_those_who_may_can_order_it() {
    let mut world = World::new();
    world.register("k1", clerk(), good()).unwrap();
    let who = complainant(&world);
    for actor in [clerk(), Actor::Customer, Actor::Feeder { name: "x".into() }] {
        assert_eq!(erase(&mut world, who, actor).unwrap_err().code, ProblemCode::NotAllowed);
    }
    let nobody = ComplainantId(uuid::Uuid::from_u128(1));
    assert_eq!(erase(&mut world, nobody, officer()).unwrap_err().code, ProblemCode::NotFound);
    let subject = SubjectRef::person(&organisation(), who);
    let problem = world.order(subject, "person.erase", "e", officer(), json!({})).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::MissingField, Some("/reason")));
}
