//! `complaint.register`: what is refused and how precisely, each finding with its field, all of them at once.

use contracts::commands::Actor;
use contracts::messages::playbook_activated::ActivationScope;
use contracts::{Problem, ProblemCode};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{World, clerk, good};

/// Every finding of a problem as code and field.
fn findings(problem: &Problem) -> Vec<(ProblemCode, &str)> {
    let all = if problem.errors.is_empty() { std::slice::from_ref(problem) } else { &problem.errors };
    all.iter().map(|one| (one.code, one.field.as_deref().unwrap_or(""))).collect()
}

fn refused(change: impl FnOnce(&mut Value)) -> Problem {
    let mut body = good();
    change(&mut body);
    let mut world = World::new();
    let problem = world.register("k1", clerk(), body).unwrap_err();
    assert!(world.said.is_empty() && world.rows.is_empty() && world.words.is_empty());
    problem
}

#[test]
fn without_a_playbook_or_before_its_document_nothing_is_registered() {
    let problem = World::empty().register("k", clerk(), good()).unwrap_err();
    assert_eq!(findings(&problem), [(ProblemCode::UnknownPlaybook, "/playbook")]);
    let problem = refused(|body| body["playbook"] = json!("p99"));
    assert_eq!(findings(&problem), [(ProblemCode::UnknownPlaybook, "/playbook")]);
    let mut world = World::empty();
    world.activate("p01", 1, ActivationScope::default());
    assert_eq!(world.register("k", clerk(), good()).unwrap_err().code, ProblemCode::Unavailable);
}

#[test]
fn all_findings_come_back_at_once() {
    let problem = refused(|body| {
        *body = json!({
            "channel": "phone",
            "kind": "inquiry",
            "category": "weather",
            "unit": "nowhere",
            "complained_of_person": "nobody",
            "complainant": { "phone": "call me", "email": "no at sign" },
            "narrative": " ",
            "demand": "一二三四五六七八九十一二三四五六七八九十超",
            "amount": -1,
            "received_at": "1999-12-31T00:00:00Z",
            "files": ["0195702c-7b80-7000-8000-000000000001"],
            "facts": { "amount_known": 3, "approved": true },
        });
    });
    let mut found = findings(&problem);
    found.sort();
    let mut expected = vec![
        (ProblemCode::InvalidField, "/kind"),
        (ProblemCode::InvalidField, "/category"),
        (ProblemCode::UnknownDepartment, "/unit"),
        (ProblemCode::UnknownPerson, "/complained_of_person"),
        (ProblemCode::InvalidField, "/complainant/phone"),
        (ProblemCode::InvalidField, "/complainant/email"),
        (ProblemCode::MissingField, "/complainant/name"),
        (ProblemCode::MissingField, "/narrative"),
        (ProblemCode::FieldTooLong, "/demand"),
        (ProblemCode::InvalidField, "/amount"),
        (ProblemCode::InvalidField, "/received_at"),
        (ProblemCode::NotFound, "/files/0"),
        (ProblemCode::InvalidField, "/facts/amount_known"),
        (ProblemCode::InvalidField, "/facts/approved"),
    ];
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_body_of_the_wrong_form_is_taken_apart_field_by_field() {
    let problem = refused(|body| {
        *body = json!({ "channel": "Phone!", "colour": "red", "amount": "much", "complainant": { "fax": "1" }, "facts": { "nothing": 1 } });
    });
    let mut found = findings(&problem);
    found.sort();
    let mut expected = vec![
        (ProblemCode::InvalidField, "/channel"),
        (ProblemCode::UnknownField, "/colour"),
        (ProblemCode::MissingField, "/narrative"),
        (ProblemCode::InvalidField, "/amount"),
        (ProblemCode::UnknownField, "/complainant/fax"),
        (ProblemCode::InvalidField, "/facts/nothing"),
    ];
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(refused(|body| *body = json!([1])).code, ProblemCode::MalformedJson);
    assert_eq!(refused(|body| *body = json!("x")).code, ProblemCode::MalformedJson);
}

#[test]
fn each_bad_value_is_refused_with_its_field() {
    type Change = fn(&mut Value);
    let cases: [(Change, ProblemCode, &str); 16] = [
        (|b| drop(b.as_object_mut().unwrap().remove("narrative")), ProblemCode::MissingField, "/narrative"),
        (|b| b["narrative"] = json!("x".repeat(20_001)), ProblemCode::FieldTooLong, "/narrative"),
        (|b| b["narrative"] = json!("坏\0了"), ProblemCode::InvalidField, "/narrative"),
        (|b| b["demand"] = json!("\0"), ProblemCode::InvalidField, "/demand"),
        (
            |b| b["complainant"]["name"] = json!("名".repeat(101)),
            ProblemCode::FieldTooLong,
            "/complainant/name",
        ),
        (|b| b["complainant"]["name"] = Value::Null, ProblemCode::MissingField, "/complainant/name"),
        (|b| b["complainant"] = json!({ "name": "张三" }), ProblemCode::MissingField, "/complainant"),
        (|b| b["customer_type"] = json!("alien"), ProblemCode::InvalidField, "/customer_type"),
        (|b| b["received_at"] = json!("2025-03-08T02:00:00Z"), ProblemCode::InvalidField, "/received_at"),
        (|b| b["received_at"] = json!("2025-02-30T02:00:00Z"), ProblemCode::InvalidField, "/received_at"),
        (|b| b["complained_of"] = json!("moon"), ProblemCode::UnknownDepartment, "/complained_of"),
        (|b| b["order_number"] = json!("1".repeat(65)), ProblemCode::FieldTooLong, "/order_number"),
        (
            |b| b["external"] = json!({ "source": "", "reference": "1" }),
            ProblemCode::MissingField,
            "/external/source",
        ),
        (|b| b["facts"] = json!({ "time_agreed": "soon" }), ProblemCode::InvalidField, "/facts/time_agreed"),
        (
            |b| b["facts"] = json!({ "form_place": "x".repeat(201) }),
            ProblemCode::FieldTooLong,
            "/facts/form_place",
        ),
        (|b| b["language"] = json!("fr"), ProblemCode::InvalidField, "/language"),
    ];
    for (at, (change, code, field)) in cases.into_iter().enumerate() {
        assert!(findings(&refused(change)).contains(&(code, field)), "case {at}: {:?}", refused(change));
    }
}

#[test]
fn mandatory_fields_are_those_of_the_playbook() {
    let mut world = World::with(|document| {
        document["intake"]["required"] = json!(["occurred_at", "order", "told_at", "opinion", "evidence"]);
        document["stages"][0]["requires"] = json!({ "facts": ["liability_clear"] });
    });
    let problem = world.register("k", clerk(), good()).unwrap_err();
    let fields: Vec<_> = findings(&problem).into_iter().map(|(_, field)| field).collect();
    assert_eq!(
        fields,
        [
            "/facts/form_occurred_at",
            "/order_number",
            "/received_at",
            "/opinion",
            "/files",
            "/facts/liability_clear"
        ]
    );
}

#[test]
fn customers_and_wrong_subjects_are_kept_in_their_place() {
    let mut world = World::new();
    let mut body = good();
    body["facts"] = json!({ "press": true, "form_place": "北京" });
    let problem = world.register("k", Actor::Customer, body).unwrap_err();
    assert_eq!(findings(&problem), [(ProblemCode::NotAllowed, "/facts/press")]);
    let elsewhere = World::complaint("other");
    let problem = world.order(elsewhere, "complaint.register", "k", clerk(), good()).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("/subject"));
}

proptest! {
    /// Whatever is sent, the answer is a receipt or a problem, never a panic, and a refusal changes nothing.
    #[test]
    fn no_body_breaks_registering(narrative: String, phone in "\\PC{0,30}|[0-9 +-]{0,20}", name: String, channel: String, extra in "[a-z_]{0,12}") {
        let mut world = World::new();
        let mut body = good();
        body["narrative"] = json!(narrative);
        body["complainant"] = json!({ "name": name, "phone": phone });
        body["channel"] = json!(channel);
        if !extra.is_empty() { body[&extra] = json!(1); }
        if world.register("k", clerk(), body).is_err() {
            prop_assert!(world.said.is_empty() && world.rows.is_empty() && world.words.is_empty());
        }
    }
}
