//! What the handling standard of a category proposes by itself, and what is given for whose fault.

use contracts::facts::key;
use contracts::results::ProposalResult;
use contracts::{Event, Fen, ProblemCode, ServiceName, StageKind};
use serde_json::json;

use super::*;

fn with_standard(id: u128) -> StageEntered {
    let mut stage = entered(StageKind::Propose, visit(id));
    stage.brief["slice"]["investigation"]["standard"] = json!({
        "liable": "store", "remedies": [{"remedy": "apology"}, {"remedy": "refund", "amount": "20.00"}],
        "reason": {"zh": "按标准", "en": "By the standard"},
    });
    stage
}

/// the first proposal is made from the standard, by nobody, in the words of the standard.
#[test]
fn the_standard_makes_the_first_proposal() {
    let mut bench = Bench::new(Investigation);
    let said = bench.hear(ServiceName::Routing, with_standard(1));
    let [Event::ProposalMade(made), Event::StageCompleted(completed)] = &said[..] else { panic!("{said:?}") };
    assert_eq!((made.version, made.total, made.by.person()), (1, Fen(2000), None));
    assert_eq!(bench.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["按标准"]);
    assert_eq!(completed.outcome.as_str(), "proposed");
    assert_eq!(completed.facts[&key::remedy_amount()], 2000.into());
    let result: ProposalResult = serde_json::from_value(completed.results.clone()).unwrap();
    assert_eq!((result.proposer, result.liable.as_str()), (None, "store"));

    let again = bench.hear(ServiceName::Routing, with_standard(2));
    assert!(asked(&again).is_some(), "the second is a person's: {again:?}");
}

/// a proposal that waits for a fact is a person's, as is one for a complaint that does not stand.
#[test]
fn what_is_not_ready_for_the_standard_is_a_persons() {
    let mut waits = with_standard(1);
    waits.brief["requires"] = json!({"facts": ["customer_agreed"]});
    let said = Bench::new(Investigation).hear(ServiceName::Routing, waits.clone());
    assert!(asked(&said).is_some());
    waits.facts.insert(key::customer_agreed(), true.into());
    let said = Bench::new(Investigation).hear(ServiceName::Routing, waits);
    assert!(asked(&said).is_none(), "the fact is there");

    let mut bench = Bench::new(Investigation);
    enter(&mut bench, entered(StageKind::Verify, visit(1)));
    let mut untrue = body("verify", visit(1), 1);
    untrue["substantiated"] = json!(false);
    bench.order(li(), "verify", untrue).unwrap();
    assert!(asked(&bench.hear(ServiceName::Routing, with_standard(2))).is_some());
}

#[test]
fn what_is_given_depends_on_whose_fault_it_is() {
    let propose = |liable: &str, remedies: Value| {
        let mut bench = Bench::new(Investigation);
        let mut stage = entered(StageKind::Propose, visit(1));
        stage.brief["slice"]["investigation"]["remedies"] = json!({
            "allowed": ["apology", "refund", "compensation"],
            "by_liable": {"store": {"must": ["refund", "compensation"]}, "supplier": {"may": ["apology"]}},
        });
        enter(&mut bench, stage);
        let order =
            json!({"visit": visit(1), "epoch": 1, "liable": liable, "reason": "因为", "remedies": remedies});
        bench.order(li(), "propose", order).map_err(|problem| (problem.code, problem.expected.unwrap()))
    };
    let apology = || json!([{"remedy": "apology"}]);
    let refund = || json!([{"remedy": "apology"}, {"remedy": "refund", "amount": 1}]);
    let owed = Err((ProblemCode::MissingField, "at least one of: refund, compensation".to_owned()));
    assert_eq!(propose("store", apology()).map(drop), owed.clone());
    assert_eq!(propose("store", json!([])).map(drop), owed, "no measure makes nothing good");
    propose("store", refund()).unwrap();
    assert_eq!(
        propose("supplier", refund()).map(drop),
        Err((ProblemCode::RemedyNotAllowed, "apology".to_owned()))
    );
    propose("supplier", apology()).unwrap();
}
