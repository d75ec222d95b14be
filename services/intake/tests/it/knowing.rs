//! `fact.record`, and what is heard of routing.

use contracts::commands::Actor;
use contracts::{Event, ProblemCode};
use serde_json::{Value, json};

use crate::world::{World, clerk, good, playbook};

#[test]
fn facts_are_recorded_on_a_complaint_on_record_only() {
    let mut world = World::new();
    let record = |world: &mut World, key: &str, actor: Actor, facts: Value| {
        world.order(World::complaint("k"), "fact.record", key, actor, json!({ "facts": facts }))
    };
    let known = json!({ "customer_contacted": "2025-03-07T01:30:00Z", "press": true });
    assert_eq!(record(&mut world, "f0", clerk(), known.clone()).unwrap_err().code, ProblemCode::NotFound);
    world.register("k", clerk(), good()).unwrap();
    assert_eq!(record(&mut world, "f1", clerk(), known.clone()).unwrap(), json!({ "recorded": 2 }));
    assert!(matches!(world.said.last(), Some((_, Event::FactRecorded(_)))));
    assert_eq!(record(&mut world, "f2", Actor::Customer, known).unwrap_err().code, ProblemCode::NotAllowed);
    for (facts, field) in [
        (json!({ "satisfaction": "5" }), "/facts/satisfaction"),
        (json!({ "dissatisfied": false }), "/facts/dissatisfied"),
        (json!({ "approved": true }), "/facts/approved"),
        (json!({ "order_key": "0" }), "/facts/order_key"),
        (json!({ "last_contact": "2025-03-09T00:00:00Z" }), "/facts/last_contact"),
        (json!({}), "/facts"),
    ] {
        assert_eq!(record(&mut world, "f3", clerk(), facts).unwrap_err().field.as_deref(), Some(field));
    }
}

#[test]
fn the_person_complained_of_records_nothing_about_it() {
    let mut world = World::new();
    let mut body = good();
    body["complained_of_person"] = json!("wang");
    world.register("k", clerk(), body).unwrap();
    let facts = json!({ "facts": { "customer_agreed": true } });
    let problem = world.order(World::complaint("k"), "fact.record", "f", clerk(), facts).unwrap_err();
    assert_eq!(problem.code, ProblemCode::ConflictOfInterest);
}

#[test]
fn a_document_that_cannot_be_read_is_parked() {
    let mut world = World::empty();
    let mut document = playbook("p01", |_| {});
    document["stages"] = json!("none");
    let event = contracts::messages::playbook_published::PlaybookPublished {
        playbook: contracts::messages::complaint_registered::PlaybookRef {
            id: "p01".parse().unwrap(),
            version: 1,
        },
        document,
        sha256: String::new(),
        scenarios_sha256: None,
        by: Actor::System,
    };
    let subject = contracts::SubjectRef::playbook(&crate::world::organisation(), &"p01".parse().unwrap());
    assert_eq!(world.hear(subject, event).unwrap_err().code, ProblemCode::BrokenPlaybook);
}
