//! Remedies in the order of the playbook: what comes first is tried, or declined with a reason.

use contracts::{Event, ProblemCode, StageKind};
use serde_json::json;

use super::*;

/// Repair and exchange come before the money back.
fn in_order(id: u128) -> StageEntered {
    let mut stage = entered(StageKind::Propose, visit(id));
    stage.brief["slice"]["investigation"]["remedies"] = json!({"allowed": ["apology", "repair", "exchange", "refund"], "order": ["repair", "exchange", "refund"]});
    stage
}

#[test]
fn a_later_remedy_needs_the_earlier_ones_tried_or_declined() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, in_order(1));
    let mut order = |remedies: Value, declined: Value| {
        let body = json!({"visit": visit(1), "epoch": 1, "liable": "store", "reason": "两次修不好",
            "remedies": remedies, "declined": declined});
        bench.order(li(), "propose", body)
    };
    let refund = || json!([{"remedy": "apology"}, {"remedy": "refund", "amount": 100}]);
    let reason = |remedy: &str| json!({"remedy": remedy, "reason": "客户不愿再等"});
    let problem = order(refund(), json!([])).unwrap_err();
    assert_eq!(
        (problem.code, problem.field.as_deref()),
        (ProblemCode::RemedyNotAllowed, Some("/remedies/1/remedy"))
    );
    assert!(problem.expected.unwrap().starts_with("repair, exchange "), "it names what comes before");
    let problem = order(refund(), json!([reason("repair")])).unwrap_err();
    assert!(problem.expected.unwrap().starts_with("exchange "));
    let together = order(json!([{"remedy": "repair"}, {"remedy": "exchange"}]), json!([])).unwrap_err();
    assert_eq!(together.field.as_deref(), Some("/remedies/1/remedy"), "it was not tried yet");
    for (declined, field) in [
        (json!([reason("repair"), reason("exchange"), reason("apology")]), "/declined/2/remedy"),
        (json!([reason("repair"), reason("exchange"), reason("refund")]), "/declined/2/remedy"),
        (json!([reason("repair"), {"remedy": "exchange", "reason": " "}]), "/declined/1/reason"),
    ] {
        assert_eq!(order(refund(), declined).unwrap_err().field.as_deref(), Some(field));
    }
    let said = order(refund(), json!([reason("repair"), reason("exchange")])).unwrap();
    let Event::ProposalMade(made) = &said[0] else { panic!() };
    let declined: Vec<_> = made.declined.iter().map(|one| one.remedy.as_str()).collect();
    assert_eq!(declined, ["repair", "exchange"]);
    let kept: Vec<_> = bench.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(kept, ["两次修不好", "客户不愿再等", "客户不愿再等"]);
}

#[test]
fn what_was_carried_out_or_declined_once_is_not_asked_again() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, in_order(1));
    let propose = |id: u128, remedy: &str, declined: Value| {
        json!({"visit": visit(id), "epoch": 1, "liable": "store", "reason": "因为",
            "remedies": [{"remedy": remedy}], "declined": declined})
    };
    bench.order(li(), "propose", propose(1, "repair", json!([]))).unwrap();
    let mut execute = entered(StageKind::Execute, visit(2));
    execute.brief["slice"]["investigation"]["approve_before"] = json!([]);
    execute.brief["slice"]["investigation"]["remedies"] = json!({"allowed": ["repair"]});
    enter(&mut bench, execute);
    bench.order(li(), "execute", body("execute", visit(2), 1)).unwrap();
    enter(&mut bench, in_order(3));
    let declined = json!([{"remedy": "exchange", "reason": "同款缺货"}]);
    bench.order(li(), "propose", propose(3, "refund", declined)).unwrap();
    enter(&mut bench, in_order(4));
    bench.order(li(), "propose", propose(4, "refund", json!([]))).unwrap();
}

#[test]
fn what_a_category_does_not_allow_is_passed_over() {
    let mut bench = Bench::new(Investigation);
    let mut stage = in_order(1);
    stage.brief["slice"]["investigation"]["remedies"]["allowed"] = json!(["repair", "refund"]);
    enter(&mut bench, stage);
    let body = json!({"visit": visit(1), "epoch": 1, "liable": "store", "reason": "因为",
        "remedies": [{"remedy": "refund"}], "declined": [{"remedy": "repair", "reason": "不愿再修"}]});
    bench.order(li(), "propose", body).unwrap();
}
