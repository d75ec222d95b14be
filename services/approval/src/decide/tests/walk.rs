//! Every standing of a visit with the order to decide, and every fault of the order itself.

use contracts::messages::stage_changed::StageChanged;
use contracts::messages::stage_withdrawn::StageWithdrawn;
use contracts::messages::work_queued::{QueueCause, WorkQueued};

use super::*;
use corekit::whats;

fn bench_at(standing: &str) -> (Bench, RoundId) {
    if standing == "unknown" {
        return (Bench::new(Approval::default()), RoundId(Uuid::from_u128(1)));
    }
    let (mut bench, said) = open(always(json!([step("gm")])), 100, "store");
    let (round, work) = (opened(&said).round, asked(&said).remove(0));
    if standing == "asked" {
        return (bench, round);
    }
    give(&mut bench, &work, "zhou");
    match standing {
        "queued" => {
            let queued = WorkQueued {
                work: work.work,
                visit: visit(1),
                epoch: 1,
                department: work.department,
                role: work.role,
                cause: QueueCause::HandedBack,
                because: None,
                lacks: Default::default(),
            };
            bench.hear(ServiceName::Routing, queued);
        }
        "reassigned" => {
            let changed = StageChanged {
                visit: visit(1),
                epoch: 2,
                department: "logistics".to_owned().try_into().unwrap(),
                because: None,
            };
            bench.hear(ServiceName::Routing, changed);
        }
        "voided" => {
            bench.hear(ServiceName::Investigation, made(500, 2, 200, "store"));
        }
        "approved" | "refused" => {
            let how = if standing == "approved" { "approve" } else { "refuse" };
            decide(&mut bench, ("zhou", "gm"), round, how).unwrap();
        }
        "withdrawn" => {
            let withdrawn = StageWithdrawn { visit: visit(1), reason: "merged".to_owned() };
            bench.hear(ServiceName::Routing, withdrawn);
        }
        _ => {}
    }
    (bench, round)
}

#[test]
fn every_standing_answers_every_decision_as_the_table_says() {
    let table = [
        ("unknown", Err(ProblemCode::WrongStage)),
        ("asked", Err(ProblemCode::NotTheHolder)),
        ("held", Ok(())),
        ("queued", Err(ProblemCode::NotTheHolder)),
        ("reassigned", Err(ProblemCode::StaleEpoch)),
        ("voided", Err(ProblemCode::StaleVersion)),
        ("approved", Err(ProblemCode::VisitLeft)),
        ("refused", Err(ProblemCode::VisitLeft)),
        ("withdrawn", Err(ProblemCode::VisitLeft)),
    ];
    for (standing, expected) in table {
        for how in ["approve", "refuse"] {
            let (mut bench, round) = bench_at(standing);
            let outcome = decide(&mut bench, ("zhou", "gm"), round, how);
            assert_eq!(outcome.map(|_| ()).map_err(|problem| problem.code), expected, "{standing} {how}");
        }
    }
}

#[test]
fn only_who_holds_a_seat_decides() {
    for (actor, expected) in [
        (staff("zhao", &["gm"]), ProblemCode::NotTheHolder),
        (staff("zhao", &["clerk"]), ProblemCode::NotAllowed),
        (staff("wang", &["gm"]), ProblemCode::ConflictOfInterest),
        (staff("li", &["gm"]), ProblemCode::SeparationOfDuty),
        (Actor::Customer, ProblemCode::NotAllowed),
        (Actor::System, ProblemCode::NotAllowed),
        (Actor::Feeder { name: "erp".to_owned() }, ProblemCode::NotAllowed),
    ] {
        let (mut bench, round) = bench_at("held");
        let outcome = bench.order(actor.clone(), "decide", order(round, "approve"));
        assert_eq!(code(outcome), expected, "{actor:?}");
    }
}

#[test]
fn a_refusal_needs_a_reason_and_sends_it_back() {
    let (mut bench, round) = bench_at("held");
    for reason in [json!(null), json!("  ")] {
        let mut body = order(round, "refuse");
        body["reason"] = reason;
        let problem = bench.order(staff("zhou", &["gm"]), "decide", body).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::MissingField, Some("/reason")));
    }
    for (reason, expected) in
        [("长".repeat(2_001), ProblemCode::FieldTooLong), ("a\0b".to_owned(), ProblemCode::InvalidField)]
    {
        let mut body = order(round, "approve");
        body["reason"] = json!(reason);
        assert_eq!(code(bench.order(staff("zhou", &["gm"]), "decide", body)), expected);
    }
    let said = decide(&mut bench, ("zhou", "gm"), round, "refuse").unwrap();
    assert_eq!(whats(&said), ["decision.recorded", "round.closed", "stage.completed", "work.withdrawn"]);
    assert_eq!(ended(&said), Some(("refused".to_owned(), false)));
    assert_eq!(bench.words[0].text, "按规定");
}

#[test]
fn an_approval_needs_no_reason() {
    let (mut bench, round) = bench_at("held");
    let body = json!({"visit": visit(1), "epoch": 1, "round": round, "decision": "approve"});
    bench.order(staff("zhou", &["gm"]), "decide", body).unwrap();
    assert!(bench.words.is_empty());
}

#[test]
fn a_decision_is_unalterable() {
    let two = always(json!([{"role": "gm", "department": "hq", "mode": {"quorum": 2}}]));
    let (mut bench, said) = open(two, 100, "store");
    let round = opened(&said).round;
    give(&mut bench, &asked(&said)[0], "zhou");
    decide(&mut bench, ("zhou", "gm"), round, "approve").unwrap();
    assert_eq!(code(decide(&mut bench, ("zhou", "gm"), round, "refuse")), ProblemCode::AlreadyExists);
    assert_eq!(code(decide(&mut bench, ("zhou", "gm"), round, "approve")), ProblemCode::AlreadyExists);
}

#[test]
fn an_end_that_the_playbook_does_not_foresee_is_refused() {
    let mut bench = Bench::new(Approval::default());
    let mut stage = entered(always(json!([step("gm")])));
    stage.brief["outcomes"] = json!(["approved"]);
    let said = bench.hear(ServiceName::Routing, stage);
    give(&mut bench, &asked(&said)[0], "zhou");
    let outcome = decide(&mut bench, ("zhou", "gm"), opened(&said).round, "refuse");
    assert_eq!(code(outcome), ProblemCode::InvalidField);
}

#[test]
fn a_round_that_never_was_is_not_found() {
    let (mut bench, _) = bench_at("held");
    let stranger = RoundId(Uuid::from_u128(4));
    assert_eq!(code(decide(&mut bench, ("zhou", "gm"), stranger, "approve")), ProblemCode::NotFound);
    let mut body = order(stranger, "approve");
    body["secret"] = json!(1);
    assert_eq!(code(bench.order(staff("zhou", &["gm"]), "decide", body)), ProblemCode::UnknownField);
    assert_eq!(code(bench.order(staff("zhou", &["gm"]), "dance", json!({}))), ProblemCode::NotFound);
}
