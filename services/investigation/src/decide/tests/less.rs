//! What was approved for less than was proposed.

use contracts::facts::key;
use contracts::messages::decision_recorded::Amended;
use contracts::messages::proposal_made::Remedy;
use contracts::messages::round_closed::RoundClosed;
use contracts::messages::round_opened::{Purpose, RoundOpened};
use contracts::messages::stage_entered::StageResult;
use contracts::results::ApprovalResult;
use contracts::{Event, Fen, ProblemCode, RoundId, ServiceName, StageKind};
use serde_json::json;

use super::money::{at_propose, code, execute, made};
use super::*;

/// Approved for less, and heard first by the round or first with the visit that follows: what is carried out is the version
/// that was approved, nothing more, and the version before stays as it was.
#[test]
fn what_was_approved_for_less_is_the_version_that_is_carried_out() {
    let amended = || Amended {
        version: 2,
        remedies: vec![
            Remedy { remedy: "refund".to_owned(), amount: Fen(9_000) },
            Remedy { remedy: "apology".to_owned(), amount: Fen(0) },
        ],
        total: Fen(9_000),
    };
    for round_is_heard_first in [true, false] {
        let mut bench = at_propose();
        let said = bench.order(li(), "propose", body("propose", visit(1), 1)).unwrap();
        let Event::StageCompleted(completed) = &said[1] else { panic!() };
        let proposed = completed.results.clone();
        let (proposal, version) = made(&said);
        let round = RoundId(Uuid::from_u128(901));
        let opened = RoundOpened {
            visit: visit(50),
            round,
            proposal: Some(proposal),
            version,
            total: Fen(12_050),
            cumulated: Fen(12_050),
            steps: Vec::new(),
            purpose: Purpose::Decide,
            incentives: Vec::new(),
        };
        bench.hear(ServiceName::Approval, opened);
        let amended = Some(amended());
        let result = ApprovalResult {
            round,
            proposal: Some(proposal),
            version: 2,
            total: Fen(9_000),
            approved: true,
            approvers: Vec::new(),
            dissenters: Vec::new(),
            amended: amended.clone(),
        };
        let closed =
            RoundClosed { visit: visit(50), round, approved: true, voided: None, agreed: None, amended };
        let mut stage = entered(StageKind::Execute, visit(2));
        stage.facts.insert(key::approved(), true.into());
        stage.results = vec![
            as_result(StageKind::Propose, proposed),
            as_result(StageKind::Approve, serde_json::to_value(result).unwrap()),
        ];
        if round_is_heard_first {
            bench.hear(ServiceName::Approval, closed);
            enter(&mut bench, stage);
        } else {
            enter(&mut bench, stage);
            bench.hear(ServiceName::Approval, closed);
        }
        let proposals = &bench.state.instances[&1].proposals;
        let totals: Vec<_> = proposals.iter().map(|one| (one.version, one.total)).collect();
        assert_eq!(totals, [(1, Fen(12_050)), (2, Fen(9_000))]);
        let all = json!([{"remedy": "refund", "amount": 12_050}]);
        assert_eq!(code(execute(&mut bench, visit(2), all)), ProblemCode::NotApproved);
        execute(&mut bench, visit(2), json!([{"remedy": "refund", "amount": 9_000}])).unwrap();
        // What is proposed after that is the version after it.
        enter(&mut bench, entered(StageKind::Propose, visit(3)));
        let said = bench.order(li(), "propose", body("propose", visit(3), 1)).unwrap();
        assert_eq!(made(&said).1, 3);
    }
}

fn as_result(kind: StageKind, results: Value) -> StageResult {
    StageResult {
        visit: visit(50),
        stage: "earlier".to_owned().try_into().unwrap(),
        kind,
        outcome: "done".to_owned().try_into().unwrap(),
        by: li(),
        results,
    }
}
