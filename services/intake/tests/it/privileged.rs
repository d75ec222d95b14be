//! What registering states by itself, and what those who register may not state.

use contracts::commands::Actor;
use contracts::{Event, ProblemCode};
use serde_json::json;

use crate::world::{World, clerk, good};

#[test]
fn an_order_is_known_again_by_a_keyed_fact_however_it_is_written_and_nobody_states_it() {
    let mut world = World::new();
    let mut key_of = |n: u32, order: Option<&str>| {
        let mut body = good();
        body["order_number"] = json!(order);
        world.register(&format!("k{n}"), clerk(), body).unwrap();
        let Some((_, Event::ComplaintRegistered(said))) = world.said.last() else { panic!() };
        said.facts.get(&contracts::facts::key::order_key()).cloned()
    };
    let first = key_of(1, Some("JD-2024 001")).unwrap();
    assert!(!first.as_text().unwrap().contains("2024"), "the number itself is contact data and stays here");
    assert_eq!(key_of(2, Some("jd2024001")), Some(first.clone()));
    assert_ne!(key_of(3, Some("JD-2024 002")), Some(first));
    assert_eq!(key_of(4, None), None);
    let mut body = good();
    body["facts"] = json!({ "order_key": "mine" });
    let problem = world.register("k5", clerk(), body).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/facts/order_key"));
}

#[test]
fn a_customer_gives_no_reference_of_another_system_and_so_gets_nobody_elses_receipt() {
    let mut world = World::new();
    let mut body = good();
    body["external"] = json!({ "source": "crm", "reference": "1" });
    world.register("k1", clerk(), body.clone()).unwrap();
    let problem = world.register("k2", Actor::Customer, body).unwrap_err();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::NotAllowed, Some("/external")));
}
