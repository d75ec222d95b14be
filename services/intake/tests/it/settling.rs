//! Settled on the spot: within the receiver's authority, and not by splitting.

use contracts::commands::Actor;
use contracts::{Event, FactKey, FactValue, ProblemCode};
use intake::Row;
use jiff::Span;
use serde_json::{Value, json};

use crate::world::{World, clerk, good, officer};

fn settled(fen: i64) -> Value {
    let mut body = good();
    body["settlement"] = json!({ "account": "当场道歉并退款", "remedies": [{ "remedy": "apology" }, { "remedy": "refund", "amount": fen }] });
    body
}

#[test]
fn what_is_within_authority_is_settled_and_kept_for_sampling() {
    let mut world = World::new();
    world.register("k", clerk(), settled(10_000)).unwrap();
    let Some((_, Event::ComplaintRegistered(said))) = world.said.last() else { panic!() };
    let fact = |key: &str| said.facts.get(&FactKey::new(key).unwrap()).cloned();
    assert_eq!(fact("settled_on_the_spot"), Some(true.into()));
    assert_eq!(fact("remedy_amount"), Some(FactValue::Int(10_000)));
    assert!(world.words.iter().any(|word| word.text == "当场道歉并退款"));
    let row = world
        .rows
        .iter()
        .find_map(|row| if let Row::Settlement(row) = row { Some(row) } else { None })
        .unwrap();
    assert_eq!((row.total.0, row.by.as_str(), row.remedies.len()), (10_000, "wang", 2));
}

#[test]
fn beyond_the_amount_the_role_or_the_playbook_it_is_refused() {
    let code =
        |world: &mut World, actor: Actor, body: Value| world.register("k", actor, body).unwrap_err().code;
    let mut world = World::new();
    assert_eq!(code(&mut world, clerk(), settled(10_001)), ProblemCode::BeyondAuthority);
    assert_eq!(code(&mut world, officer(), settled(100)), ProblemCode::BeyondAuthority);
    assert_eq!(code(&mut world, Actor::Customer, settled(100)), ProblemCode::BeyondAuthority);
    let mut without = World::with(|document| {
        document["intake"].as_object_mut().unwrap().remove("settle_on_the_spot");
    });
    assert_eq!(code(&mut without, clerk(), settled(100)), ProblemCode::BeyondAuthority);
    assert!(world.said.is_empty() && world.rows.is_empty() && world.words.is_empty());
}

#[test]
fn nobody_settles_a_complaint_about_themselves() {
    let mut body = settled(100);
    body["complained_of_person"] = json!("wang");
    let problem = World::new().register("k", clerk(), body).unwrap_err();
    assert_eq!(
        (problem.code, problem.field.as_deref()),
        (ProblemCode::ConflictOfInterest, Some("/settlement"))
    );
}

#[test]
fn unclear_facts_are_not_settled_on_the_spot() {
    let mut world = World::with(|document| {
        document["intake"]["settle_on_the_spot"]["when"] =
            json!("has(facts.liability_clear) && facts.liability_clear");
    });
    assert_eq!(world.register("k1", clerk(), settled(100)).unwrap_err().code, ProblemCode::BeyondAuthority);
    let mut body = settled(100);
    body["facts"] = json!({ "liability_clear": true });
    world.register("k2", clerk(), body).unwrap();
    let mut body = settled(100);
    body["facts"] = json!({ "liability_clear": false });
    assert_eq!(World::new().register("k3", clerk(), body).unwrap_err().code, ProblemCode::BeyondAuthority);
}

#[test]
fn a_limit_is_not_dodged_by_splitting() {
    let mut world = World::new();
    world.register("k1", clerk(), settled(6_000)).unwrap();
    let problem = world.register("k2", clerk(), settled(6_000)).unwrap_err();
    assert_eq!(problem.code, ProblemCode::BeyondAuthority);
    assert_eq!(problem.expected.as_deref(), Some("at most 100.00 yuan"));
    world.now = world.now.checked_add(Span::new().hours(24 * 31)).unwrap();
    world.register("k3", clerk(), settled(6_000)).unwrap();
    // By order, whoever calls.
    let order = |phone: &str| {
        let mut body = settled(6_000);
        body["complainant"]["phone"] = json!(phone);
        body["order_number"] = json!("JD-2024 001");
        body
    };
    world.register("k4", clerk(), order("13900000001")).unwrap();
    assert_eq!(
        world.register("k5", clerk(), order("13900000002")).unwrap_err().code,
        ProblemCode::BeyondAuthority
    );
}

/// what a category or a fault narrows is as narrow on the spot as in a proposal.
#[test]
fn the_narrower_lists_of_the_category_and_of_the_fault_hold_on_the_spot() {
    let mut world = World::with(|document| {
        document["remedies"]["by_category"] = json!({ "quality": ["apology", "exchange"] });
    });
    let problem = world.register("k1", clerk(), settled(100)).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/settlement/remedies/1/remedy"));
    assert_eq!(problem.expected.as_deref(), Some("one of apology, exchange"));

    let mut world = World::with(|document| {
        document["remedies"]["by_liable"] =
            json!({ "customer": { "may": ["apology"] }, "company": { "must": ["refund"] } });
    });
    let of = |liable: &str, remedies: Value| {
        let mut body = settled(100);
        body["facts"] = json!({ "liable": liable });
        body["settlement"]["remedies"] = remedies;
        body
    };
    let apology = || json!([{ "remedy": "apology" }]);
    let refund = || json!([{ "remedy": "refund", "amount": 100 }]);
    let problem = world.register("k2", clerk(), of("customer", refund())).unwrap_err();
    assert_eq!(problem.code, ProblemCode::RemedyNotAllowed);
    let problem = world.register("k3", clerk(), of("company", apology())).unwrap_err();
    assert_eq!(problem.expected.as_deref(), Some("at least one of: refund"));
    world.register("k4", clerk(), of("customer", apology())).unwrap();
    world.register("k5", clerk(), of("company", refund())).unwrap();
}

#[test]
fn only_listed_remedies_are_given() {
    let mut body = settled(100);
    body["settlement"]["remedies"][1]["remedy"] = json!("holiday");
    body["settlement"]["remedies"][0]["amount"] = json!(-5);
    let problem = World::new().register("k", clerk(), body).unwrap_err();
    assert_eq!(problem.errors[0].field.as_deref(), Some("/settlement/remedies/0/amount"));
    assert_eq!(problem.errors[1].code, ProblemCode::RemedyNotAllowed);
    let mut body = settled(100);
    body["settlement"] = json!({ "account": " ", "remedies": [] });
    assert_eq!(World::new().register("k", clerk(), body).unwrap_err().errors.len(), 2);
}
