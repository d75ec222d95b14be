//! Approving for less: never more than was proposed, nothing left out, with a reason; the proposal stays as it was, and what
//! was approved is its next version.

use contracts::messages::decision_recorded::Amended;
use contracts::messages::round_closed::RoundClosed;
use contracts::results::ApprovalResult;

use super::*;

/// A round over a refund of 80 yuan and an apology, at two steps one after the other, of which the first is held.
fn at_the_first_of_two() -> (Bench, RoundId) {
    let mut bench = Bench::new(Approval::default());
    let remedies = vec![remedy("refund", 8_000), remedy("apology", 0)];
    let mut stage = entered(always(json!([step("leader"), step("gm")])));
    stage.results = vec![as_result(&ProposalMade { remedies, ..made(500, 1, 8_000, "store") })];
    let said = bench.hear(ServiceName::Routing, stage);
    give(&mut bench, &asked(&said)[0], "zhou");
    (bench, opened(&said).round)
}

fn remedy(remedy: &str, fen: i64) -> Remedy {
    Remedy { remedy: remedy.to_owned(), amount: Fen(fen) }
}

fn less(round: RoundId, refund: i64) -> Value {
    let mut less = order(round, "approve");
    less["remedies"] = json!([remedy("refund", refund), remedy("apology", 0)]);
    less
}

fn amended(said: &[Event]) -> Option<Amended> {
    said.iter().find_map(|event| match event {
        Event::DecisionRecorded(recorded) => recorded.amended.clone(),
        _ => None,
    })
}

fn closed(said: &[Event]) -> Option<&RoundClosed> {
    said.iter().find_map(|event| match event {
        Event::RoundClosed(closed) => Some(closed),
        _ => None,
    })
}

/// what was proposed is not altered; who decides after that decides on the lower amount, and may lower it again.
#[test]
fn less_is_approved_as_the_next_version_and_the_next_step_decides_on_that() {
    let (mut bench, round) = at_the_first_of_two();
    let said = bench.order(staff("zhou", &["leader"]), "decide", less(round, 5_000)).unwrap();
    let first = amended(&said).unwrap();
    assert_eq!((first.version, first.total, first.remedies.len()), (2, Fen(5_000), 2));
    assert!(closed(&said).is_none(), "the second step is to decide on it");
    assert_eq!(bench.state.proposal.as_ref().map(|one| (one.version, one.total)), Some((1, Fen(8_000))));
    give(&mut bench, &asked(&said)[0], "gao");
    let more = bench.order(staff("gao", &["gm"]), "decide", less(round, 6_000)).unwrap_err();
    assert_eq!(more.field.as_deref(), Some("/remedies/0/amount"), "no more than the first step gave");
    let said = bench.order(staff("gao", &["gm"]), "decide", less(round, 4_000)).unwrap();
    assert_eq!(closed(&said).unwrap().amended.as_ref().map(|one| one.total), Some(Fen(4_000)));
    let completed = said.iter().find_map(|event| match event {
        Event::StageCompleted(completed) => Some(completed),
        _ => None,
    });
    let completed = completed.unwrap();
    assert_eq!(completed.facts[&key::remedy_amount()], 4_000.into());
    let result: ApprovalResult = serde_json::from_value(completed.results.clone()).unwrap();
    assert_eq!((result.approved, result.version, result.total), (true, 2, Fen(4_000)));
    assert_eq!(bench.state.proposal.as_ref().map(|one| (one.version, one.total)), Some((2, Fen(4_000))));
}

#[test]
fn what_was_lowered_and_then_refused_leaves_the_proposal_as_it_was() {
    let (mut bench, round) = at_the_first_of_two();
    let said = bench.order(staff("zhou", &["leader"]), "decide", less(round, 5_000)).unwrap();
    give(&mut bench, &asked(&said)[0], "gao");
    let said = decide(&mut bench, ("gao", "gm"), round, "refuse").unwrap();
    assert_eq!((closed(&said).unwrap().approved, &closed(&said).unwrap().amended), (false, &None));
    assert_eq!(bench.state.proposal.as_ref().map(|one| (one.version, one.total)), Some((1, Fen(8_000))));
}

#[test]
fn never_more_nothing_else_nothing_left_out_and_not_without_a_reason() {
    let (mut bench, round) = at_the_first_of_two();
    let with = |remedies: Value| {
        let mut order = order(round, "approve");
        order["remedies"] = remedies;
        order
    };
    let mut refused = less(round, 5_000);
    refused["decision"] = json!("refuse");
    let mut silent = less(round, 5_000);
    silent["reason"] = json!(" ");
    for (order, code, field) in [
        (less(round, 8_001), ProblemCode::InvalidField, "/remedies/0/amount"),
        (less(round, 0), ProblemCode::InvalidField, "/remedies/0/amount"),
        (less(round, -1), ProblemCode::InvalidField, "/remedies/0/amount"),
        (less(round, 8_000), ProblemCode::InvalidField, "/remedies"),
        (with(json!([remedy("refund", 5_000)])), ProblemCode::InvalidField, "/remedies"),
        (
            with(json!([remedy("refund", 1), remedy("refund", 1), remedy("apology", 0)])),
            ProblemCode::RemedyNotAllowed,
            "/remedies/1/remedy",
        ),
        (
            with(json!([remedy("refund", 1), remedy("voucher", 1), remedy("apology", 0)])),
            ProblemCode::RemedyNotAllowed,
            "/remedies/1/remedy",
        ),
        (refused, ProblemCode::InvalidField, "/remedies"),
        (silent, ProblemCode::MissingField, "/reason"),
    ] {
        let problem = bench.order(staff("zhou", &["leader"]), "decide", order.clone()).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (code, Some(field)), "{order}");
        assert!(problem.expected.is_some() || problem.errors.iter().all(|one| one.expected.is_some()));
    }
}

/// What was approved for less counts with that in the cumulated amounts, not with what was proposed.
#[test]
fn the_lower_amount_counts() {
    let (mut bench, round) = at_the_first_of_two();
    let said = bench.order(staff("zhou", &["leader"]), "decide", less(round, 5_000)).unwrap();
    give(&mut bench, &asked(&said)[0], "gao");
    decide(&mut bench, ("gao", "gm"), round, "approve").unwrap();
    let counted =
        bench.memory.entries.values().map(|value| value["approved"].to_string()).collect::<String>();
    assert!(counted.contains("5000") && !counted.contains("8000"), "{counted}");
}
