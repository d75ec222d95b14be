//! What gives cause for accountability gives it once, and to whom it concerns.

use contracts::messages::accountability_decided::Accounted;

use super::account::{account, bench, completed, incentive, missed, to_account};
use super::*;
use corekit::whats;

/// A fine for each who was late, a warning for the step that was left, one for a fact.
fn incentives() -> Value {
    let bounds = || json!({"amount_from": 30, "amount_to": 30});
    json!([
        incentive("late", "step_owner", json!({"missed": "first_contact"}), "fine", bounds()),
        incentive("step", "step_owner", json!({"left": "propose"}), "warning", json!({})),
        incentive("breach", "person", json!({"fact": "form_breach"}), "warning", json!({})),
    ])
}

fn visit_of(n: u128, change: impl FnOnce(&mut StageEntered)) -> StageEntered {
    let mut stage = to_account(incentives());
    stage.visit = visit(n);
    stage.facts.insert("form_breach".to_owned().try_into().unwrap(), true.into());
    change(&mut stage);
    stage
}

/// What a round proposes, and to whom.
fn proposed(events: &[Event]) -> Vec<(String, Option<String>)> {
    let each = opened(events).incentives.into_iter();
    each.map(|one| (one.incentive, one.person.map(String::from))).collect()
}

/// A bench where two people were late, with Zhou in the seat.
fn two_late() -> (Bench, RoundId) {
    let mut bench = bench();
    for who in ["bo", "li"] {
        bench.hear(ServiceName::Routing, missed("first_contact", Some(who)));
    }
    let said = bench.hear(ServiceName::Routing, visit_of(1, |_| {}));
    give(&mut bench, &asked(&said)[0], "zhou");
    (bench, opened(&said).round)
}

#[test]
fn of_two_who_were_late_each_is_held_to_account_once() {
    let one = |person: Option<&str>| json!({"incentive": "late", "person": person});
    for (order, expected) in [
        ([one(None), one(None)], Some(["bo", "li"])),
        ([one(Some("li")), one(None)], Some(["li", "bo"])),
        ([one(None), one(Some("li"))], Some(["bo", "li"])),
        ([one(None), one(Some("bo"))], None),
        ([one(Some("li")), one(Some("li"))], None),
    ] {
        let (mut bench, round) = two_late();
        let outcome = account(&mut bench, "zhou", round, json!(order), json!("未按时联系"));
        let person = |one: &Accounted| one.person.clone().map(String::from).unwrap();
        let fined = match &outcome {
            Ok(said) => Some(completed(said).1.decisions.iter().map(person).collect::<Vec<_>>()),
            Err(problem) => {
                let told = (problem.code, problem.field.as_deref());
                assert_eq!(told, (ProblemCode::InvalidField, Some("/decisions/1/incentive")));
                None
            }
        };
        assert_eq!(fined.as_deref(), expected.map(|both| both.map(str::to_owned)).as_ref().map(|it| &it[..]));
    }
}

#[test]
fn what_was_decided_on_gives_no_cause_again() {
    let (mut bench, round) = two_late();
    account(&mut bench, "zhou", round, json!([{"incentive": "late"}]), json!("按规定")).unwrap();
    let said = bench.hear(ServiceName::Routing, visit_of(2, |_| {}));
    assert_eq!(whats(&said), ["round.opened", "round.closed", "stage.completed"], "there is nothing new");
    // Only the clock that ran out since.
    bench.hear(ServiceName::Routing, missed("first_contact", Some("bo")));
    let said = bench.hear(ServiceName::Routing, visit_of(3, |_| {}));
    assert_eq!(proposed(&said), [("late".to_owned(), Some("bo".to_owned()))]);
    // The step was done once more.
    let said = bench.hear(ServiceName::Routing, visit_of(4, |stage| stage.results[0].visit = visit(101)));
    let expected = [("late", "bo"), ("step", "li")];
    assert_eq!(proposed(&said), expected.map(|(key, who)| (key.to_owned(), Some(who.to_owned()))));
}

#[test]
fn routing_is_told_which_clocks_were_known_of() {
    let (mut bench, round) = two_late();
    bench.hear(ServiceName::Routing, missed("answer", Some("li")));
    let said = account(&mut bench, "zhou", round, json!([]), json!("情有可原")).unwrap();
    let known = completed(&said).1.clocks;
    assert_eq!((known.len(), known[0].due), (2, corekit::now()), "those that it is about");
}

#[test]
fn a_fact_that_begins_the_visit_is_a_new_one() {
    let (mut bench, round) = two_late();
    account(&mut bench, "zhou", round, json!([]), json!("情有可原")).unwrap();
    let because = |fact: &'static str| {
        move |stage: &mut StageEntered| {
            stage.brief["slice"]["approval"]["because"] = json!({"fact": fact});
        }
    };
    let said = bench.hear(ServiceName::Routing, visit_of(2, because("injury")));
    assert!(opened(&said).incentives.is_empty());
    let said = bench.hear(ServiceName::Routing, visit_of(3, because("form_breach")));
    assert_eq!(proposed(&said), [("breach".to_owned(), Some("qian".to_owned()))]);
}

#[test]
fn steps_of_earlier_handlings_give_no_cause() {
    let mut bench = bench();
    let said = bench.hear(ServiceName::Routing, visit_of(1, |_| {}));
    assert_eq!(proposed(&said)[0], ("step".to_owned(), Some("li".to_owned())));
    let anew = |n: u128, done: u128| {
        visit_of(n, |stage| {
            (stage.instance, stage.results[0].visit) = (2, visit(done));
            stage.facts.clear();
        })
    };
    let said = bench.hear(ServiceName::Routing, anew(2, 100));
    assert!(proposed(&said).is_empty(), "Li proposed in the handling before");
    let said = bench.hear(ServiceName::Routing, anew(3, 101));
    assert_eq!(proposed(&said), [("step".to_owned(), Some("li".to_owned()))]);
}
