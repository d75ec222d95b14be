//! Proposals and payments: the playbook's list, amounts, versions, approval before execution, nothing paid twice.

use contracts::facts::key;
use contracts::messages::round_closed::RoundClosed;
use contracts::messages::round_opened::{Purpose, RoundOpened};
use contracts::{Event, Fen, Problem, ProblemCode, ProposalId, RoundId, ServiceName, StageKind};
use serde_json::json;

use super::*;

pub(super) fn at_propose() -> Bench {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, entered(StageKind::Propose, visit(1)));
    bench
}

fn propose(bench: &mut Bench, at: VisitId, remedies: Value) -> Result<Vec<Event>, Problem> {
    let mut order = body("propose", at, 1);
    order["remedies"] = remedies;
    bench.order(li(), "propose", order)
}

pub(super) fn execute(bench: &mut Bench, at: VisitId, remedies: Value) -> Result<Vec<Event>, Problem> {
    let mut order = body("execute", at, 1);
    order["remedies"] = remedies;
    bench.order(li(), "execute", order)
}

pub(super) fn code(outcome: Result<Vec<Event>, Problem>) -> ProblemCode {
    outcome.unwrap_err().code
}

/// Approval's round over a version, opened and closed.
fn round(bench: &mut Bench, proposal: ProposalId, version: u32, approved: bool) {
    round_for(bench, Purpose::Decide, (proposal, version), approved);
}

fn round_for(bench: &mut Bench, purpose: Purpose, (proposal, version): (ProposalId, u32), approved: bool) {
    let round = RoundId(Uuid::from_u128(u128::from(version) + 900));
    let opened = RoundOpened {
        visit: visit(50),
        round,
        proposal: Some(proposal),
        version,
        total: Fen(0),
        cumulated: Fen(0),
        steps: Vec::new(),
        purpose,
        incentives: Vec::new(),
    };
    bench.hear(ServiceName::Approval, opened);
    let closed = RoundClosed { visit: visit(50), round, approved, voided: None, agreed: None, amended: None };
    bench.hear(ServiceName::Approval, closed);
}

pub(super) fn made(events: &[Event]) -> (ProposalId, u32) {
    let Event::ProposalMade(made) = &events[0] else { panic!("{events:?}") };
    (made.proposal, made.version)
}

#[test]
fn a_proposal_says_what_approval_has_to_know() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, entered(StageKind::Verify, visit(1)));
    bench.order(li(), "verify", body("verify", visit(1), 1)).unwrap();
    enter(&mut bench, entered(StageKind::Propose, visit(2)));
    let said = bench.order(li(), "propose", body("propose", visit(2), 1)).unwrap();
    let Event::StageCompleted(completed) = &said[1] else { panic!() };
    assert_eq!(completed.outcome.as_str(), "proposed");
    assert_eq!(completed.facts[&key::remedy_amount()], 12_050.into());
    assert_eq!(completed.facts[&key::liable()], "store".into());
    let result: contracts::results::ProposalResult =
        serde_json::from_value(completed.results.clone()).unwrap();
    assert_eq!((result.total, result.version, result.instance), (Fen(12_050), 1, 1));
    assert_eq!(result.proposer, Some(person("li")));
    assert_eq!(result.investigators, vec![person("li")]);
}

#[test]
fn only_listed_remedies_and_possible_amounts_are_proposed() {
    for (remedies, expected, field) in [
        (json!([{"remedy": "voucher"}]), ProblemCode::RemedyNotAllowed, "/remedies/0/remedy"),
        (json!([{"remedy": "bribe"}]), ProblemCode::RemedyNotAllowed, "/remedies/0/remedy"),
        (json!([{"remedy": "refund", "amount": -1}]), ProblemCode::InvalidField, "/remedies/0/amount"),
        (
            json!([{"remedy": "refund", "amount": i64::MAX}, {"remedy": "compensation", "amount": 1}]),
            ProblemCode::InvalidField,
            "/remedies",
        ),
        (json!(vec![json!({"remedy": "apology"}); 51]), ProblemCode::FieldTooLong, "/remedies"),
    ] {
        let problem = propose(&mut at_propose(), visit(1), remedies).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (expected, Some(field)));
    }
    let both = json!([{"remedy": "voucher"}, {"remedy": "refund", "amount": -1}]);
    assert_eq!(
        propose(&mut at_propose(), visit(1), both).unwrap_err().errors.len(),
        2,
        "every finding is listed"
    );
    propose(&mut at_propose(), visit(1), json!([{"remedy": "refund", "amount": i64::MAX}])).unwrap();
}

#[test]
fn a_playbook_without_remedies_allows_none() {
    let mut bench = Bench::new(Investigation);
    let mut stage = entered(StageKind::Propose, visit(1));
    stage.brief["slice"]["investigation"]["remedies"] = json!(null);
    enter(&mut bench, stage);
    assert_eq!(
        code(propose(&mut bench, visit(1), json!([{"remedy": "refund"}]))),
        ProblemCode::RemedyNotAllowed
    );
    propose(&mut bench, visit(1), json!([])).unwrap();
}

#[test]
fn the_liable_party_is_one_of_the_playbook_and_a_person_is_named() {
    for (liable, person, expected) in [
        ("customer", None, Err(ProblemCode::InvalidField)),
        ("moon", None, Err(ProblemCode::InvalidField)),
        ("person", None, Err(ProblemCode::MissingField)),
        ("person", Some("qian"), Ok(())),
        ("supplier", None, Ok(())),
    ] {
        let mut order = body("propose", visit(1), 1);
        order["liable"] = json!(liable);
        order["liable_person"] = json!(person);
        let outcome = at_propose().order(li(), "propose", order);
        assert_eq!(outcome.map(|_| ()).map_err(|problem| problem.code), expected, "{liable}");
    }
}

/// the responsible persons and parties are registered with their shares, a hundred percent in all.
#[test]
fn the_shares_of_the_fault_are_the_whole_and_each_is_somebodys() {
    let share = |liable: &str, person: Option<&str>, percent: u32| json!({"liable": liable, "person": person, "percent": percent});
    let qian = || share("person", Some("qian"), 60);
    let store = || share("store", None, 40);
    let order = |shares: Value| {
        let mut order = body("propose", visit(1), 1);
        order["liable"] = json!("person");
        order["liable_person"] = json!("qian");
        order["shares"] = shares;
        at_propose().order(li(), "propose", order)
    };
    for (shares, code, field) in [
        (json!([qian(), share("store", None, 30)]), ProblemCode::InvalidField, "/shares"),
        (json!([store(), share("supplier", None, 60)]), ProblemCode::InvalidField, "/shares"),
        (json!([qian(), share("moon", None, 40)]), ProblemCode::InvalidField, "/shares/1/liable"),
        (json!([qian(), share("person", None, 40)]), ProblemCode::MissingField, "/shares/1/person"),
        (
            json!([qian(), store(), share("supplier", None, 0)]),
            ProblemCode::InvalidField,
            "/shares/2/percent",
        ),
        (
            json!([qian(), share("store", None, 20), share("store", None, 20)]),
            ProblemCode::InvalidField,
            "/shares/2/liable",
        ),
    ] {
        let problem = order(shares).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (code, Some(field)));
    }
    let said = order(json!([qian(), store()])).unwrap();
    let Event::ProposalMade(made) = &said[0] else { panic!("{said:?}") };
    let shares: Vec<_> = made.shares.iter().map(|one| (one.liable.as_str(), one.percent)).collect();
    assert_eq!(shares, [("person", 60), ("store", 40)]);
    let Event::StageCompleted(completed) = &said[1] else { panic!() };
    assert_eq!(completed.results["shares"][0]["person"], json!("qian"));
}

#[test]
fn no_remedy_means_no_measure_where_the_playbook_foresees_it() {
    let said = propose(&mut at_propose(), visit(1), json!([])).unwrap();
    let Event::StageCompleted(completed) = &said[1] else { panic!() };
    assert_eq!(completed.outcome.as_str(), "no_measure");
    let mut bench = Bench::new(Investigation);
    let mut stage = entered(StageKind::Propose, visit(1));
    stage.brief["outcomes"] = json!(["proposed"]);
    enter(&mut bench, stage);
    assert_eq!(code(propose(&mut bench, visit(1), json!([]))), ProblemCode::InvalidField);
}

#[test]
fn what_does_not_stand_never_gets_a_remedy_in_that_handling() {
    let mut bench = Bench::new(Investigation);
    enter(&mut bench, entered(StageKind::Verify, visit(1)));
    let mut no = body("verify", visit(1), 1);
    no["substantiated"] = json!(false);
    bench.order(li(), "verify", no).unwrap();
    enter(&mut bench, entered(StageKind::Propose, visit(2)));
    for remedy in ["apology", "refund"] {
        let outcome = propose(&mut bench, visit(2), json!([{"remedy": remedy}]));
        assert_eq!(code(outcome), ProblemCode::RemedyNotAllowed);
    }
    propose(&mut bench, visit(2), json!([])).unwrap();
    let mut free = entered(StageKind::Execute, visit(3));
    free.brief["slice"]["investigation"]["approve_before"] = json!([]);
    enter(&mut bench, free);
    let paid = execute(&mut bench, visit(3), json!([{"remedy": "refund", "amount": 1}]));
    assert_eq!(code(paid), ProblemCode::RemedyNotAllowed);
    execute(&mut bench, visit(3), json!([])).unwrap();
    let next = StageEntered { instance: 2, ..entered(StageKind::Propose, visit(4)) };
    enter(&mut bench, next);
    propose(&mut bench, visit(4), json!([{"remedy": "refund", "amount": 1}])).unwrap();
}

#[test]
fn versions_grow_within_a_handling_and_start_again_in_the_next() {
    let mut bench = Bench::new(Investigation);
    let mut versions = Vec::new();
    for (n, instance) in [(1, 1), (2, 1), (3, 2)] {
        enter(&mut bench, StageEntered { instance, ..entered(StageKind::Propose, visit(n)) });
        versions
            .push(made(&propose(&mut bench, visit(n), json!([{"remedy": "refund", "amount": 5}])).unwrap()));
    }
    assert_eq!(versions.iter().map(|(_, version)| *version).collect::<Vec<_>>(), [1, 2, 1]);
    assert_eq!(versions[0].0, versions[1].0);
    assert_ne!(versions[1].0, versions[2].0);
}

/// A bench with a proposal of 100.00 and an open visit to an execution, 10.
fn at_execute() -> (Bench, ProposalId) {
    let mut bench = at_propose();
    let (proposal, _) =
        made(&propose(&mut bench, visit(1), json!([{"remedy": "refund", "amount": 10_000}])).unwrap());
    enter(&mut bench, entered(StageKind::Execute, visit(10)));
    (bench, proposal)
}

#[test]
fn a_review_allows_no_payment_whatever_it_ends_with() {
    let (mut bench, proposal) = at_execute();
    // Approval says of no review that it approved anything; even if it did, nothing would follow here.
    for approved in [false, true] {
        round_for(&mut bench, Purpose::Review, (proposal, 1), approved);
        assert_eq!(code(execute(&mut bench, visit(10), json!([]))), ProblemCode::NotApproved);
    }
}

#[test]
fn nothing_is_paid_before_the_round_is_approved() {
    let (mut bench, proposal) = at_execute();
    assert_eq!(code(execute(&mut bench, visit(10), json!([]))), ProblemCode::NotApproved);
    round(&mut bench, proposal, 1, false);
    assert_eq!(code(execute(&mut bench, visit(10), json!([]))), ProblemCode::NotApproved);
    round(&mut bench, proposal, 1, true);
    let said = execute(&mut bench, visit(10), json!([])).unwrap();
    let Event::RemedyExecuted(executed) = &said[0] else { panic!() };
    assert_eq!(executed.remedies[0].amount, Fen(10_000), "none named: what was approved");
}

#[test]
fn an_approval_of_an_older_version_approves_nothing() {
    let (mut bench, proposal) = at_execute();
    round(&mut bench, proposal, 1, true);
    enter(&mut bench, entered(StageKind::Propose, visit(2)));
    let said = propose(&mut bench, visit(2), json!([{"remedy": "refund", "amount": 20_000}])).unwrap();
    let Event::StageCompleted(completed) = &said[1] else { panic!() };
    assert_eq!(completed.facts[&key::approved()], false.into(), "the fact is taken back");
    assert_eq!(code(execute(&mut bench, visit(10), json!([]))), ProblemCode::NotApproved);
    round(&mut bench, proposal, 2, true);
    execute(&mut bench, visit(10), json!([])).unwrap();
}

#[test]
fn facts_and_results_of_one_event_approve_the_version_they_name() {
    let mut bench = at_propose();
    let said = propose(&mut bench, visit(1), json!([{"remedy": "refund", "amount": 10_000}])).unwrap();
    let mut stage = entered(StageKind::Execute, visit(10));
    stage.results = vec![result_of(StageKind::Propose, &said)];
    stage.facts.insert(key::approved(), true.into());
    enter(&mut bench, stage);
    execute(&mut bench, visit(10), json!([])).unwrap();
}

#[test]
fn no_more_is_paid_than_was_approved_however_often() {
    let (mut bench, proposal) = at_execute();
    round(&mut bench, proposal, 1, true);
    let refund = |amount: i64| json!([{"remedy": "refund", "amount": amount}]);
    assert_eq!(code(execute(&mut bench, visit(10), refund(10_001))), ProblemCode::NotApproved);
    let other = json!([{"remedy": "compensation", "amount": 1}]);
    assert_eq!(code(execute(&mut bench, visit(10), other)), ProblemCode::NotApproved);
    let split = json!([{"remedy": "refund", "amount": 6_000}, {"remedy": "refund", "amount": 4_001}]);
    assert_eq!(code(execute(&mut bench, visit(10), split)), ProblemCode::NotApproved);
    execute(&mut bench, visit(10), refund(6_000)).unwrap();
    enter(&mut bench, entered(StageKind::Execute, visit(11)));
    assert_eq!(code(execute(&mut bench, visit(11), refund(4_001))), ProblemCode::NotApproved);
    let said = execute(&mut bench, visit(11), json!([])).unwrap();
    let Event::RemedyExecuted(executed) = &said[0] else { panic!() };
    assert_eq!(executed.remedies[0].amount, Fen(4_000), "only what is still owed");
    enter(&mut bench, entered(StageKind::Execute, visit(12)));
    assert_eq!(code(execute(&mut bench, visit(12), refund(1))), ProblemCode::NotApproved);
}

#[test]
fn a_next_version_replaces_the_one_before_in_payment_too() {
    let (mut bench, proposal) = at_execute();
    round(&mut bench, proposal, 1, true);
    execute(&mut bench, visit(10), json!([])).unwrap();
    enter(&mut bench, entered(StageKind::Propose, visit(2)));
    propose(&mut bench, visit(2), json!([{"remedy": "refund", "amount": 12_000}])).unwrap();
    round(&mut bench, proposal, 2, true);
    enter(&mut bench, entered(StageKind::Execute, visit(11)));
    let more = execute(&mut bench, visit(11), json!([{"remedy": "refund", "amount": 2_001}]));
    assert_eq!(code(more), ProblemCode::NotApproved);
    execute(&mut bench, visit(11), json!([{"remedy": "refund", "amount": 2_000}])).unwrap();
}

#[test]
fn a_plan_without_a_proposal_allows_work_but_no_money() {
    let mut bench = Bench::new(Investigation);
    let mut stage = entered(StageKind::Execute, visit(1));
    stage.facts.insert(key::approved(), true.into());
    enter(&mut bench, stage);
    let paid = execute(&mut bench, visit(1), json!([{"remedy": "refund", "amount": 1}]));
    assert_eq!(code(paid), ProblemCode::NotApproved);
    execute(&mut bench, visit(1), json!([])).unwrap();
}

#[test]
fn without_a_person_nothing_owed_is_passed_over() {
    let mut bench = at_propose();
    propose(&mut bench, visit(1), json!([{"remedy": "refund", "amount": 1}])).unwrap();
    let mut stage = entered(StageKind::Execute, visit(2));
    stage.brief["person"] = json!("not_needed");
    assert!(bench.try_hear(ServiceName::Routing, stage).is_err(), "it is parked, not forgotten");
}
