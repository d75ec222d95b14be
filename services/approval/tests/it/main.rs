//! Approvals through the real shell and a real PostgreSQL: a round from its opening to its end, words for whom they
//! may be, and limits that two complaints cannot dodge even in one batch.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod bench;
mod hostile;

use contracts::commands::{Actor, Answer};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::proposal_made::Remedy;
use contracts::messages::stage_entered::{Place, StageEntered, StageResult};
use contracts::messages::work_assigned::WorkAssigned;
use contracts::results::ProposalResult;
use contracts::{
    ComplainantId, ComplaintId, Facts, Fen, Language, PersonId, ProblemCode, ProposalId, ServiceName,
    StageKind, SubjectRef, VisitId, WordId, WordRef,
};
use serde_json::{Value, json};
use uuid::Uuid;

use approval::state::Round;
use bench::{Bench, Voice, complaint, staff};

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

fn visit() -> VisitId {
    VisitId(Uuid::from_u128(1))
}

fn brief() -> Value {
    let step = |role: &str| json!([{"role": role, "department": "hq"}]);
    json!({
        "stage": "approve", "kind": "approve", "label": {"zh": "审批", "en": "Approve"},
        "owner": {"role": "clerk", "label": {"zh": "接待", "en": "Clerk"}, "department": "hq"},
        "secondary": "automatic", "person": "needed", "requires": {},
        "outcomes": ["approved", "refused", "amended"], "conflict_of_interest": null,
        "slice": {"approval": {"roles": {}, "approve_before": [], "remedies": null, "rows": [
            {"key": "a1", "amount_up_to": 20, "steps": step("clerk")},
            {"key": "a2", "amount_over": 20, "steps": step("shift_chief")}
        ]}}
    })
}

fn proposed(n: u128, fen: i64) -> StageResult {
    let result = ProposalResult {
        proposal: ProposalId(Uuid::from_u128(n)),
        version: 1,
        instance: 1,
        remedies: vec![Remedy { remedy: "refund".to_owned(), amount: Fen(fen) }],
        total: Fen(fen),
        liable: "supplier".to_owned(),
        liable_person: None,
        shares: Vec::new(),
        proposer: Some(person("li")),
        investigators: Vec::new(),
        reason: WordRef::to(ServiceName::Investigation, WordId(Uuid::from_u128(3)), "因为"),
    };
    StageResult {
        visit: VisitId(Uuid::from_u128(100)),
        stage: "propose".to_owned().try_into().unwrap(),
        kind: StageKind::Propose,
        outcome: "proposed".to_owned().try_into().unwrap(),
        by: staff("li", &[]),
        results: serde_json::to_value(result).unwrap(),
    }
}

fn entered(proposal: u128, fen: i64) -> StageEntered {
    StageEntered {
        visit: visit(),
        epoch: 1,
        stage: "approve".to_owned().try_into().unwrap(),
        kind: StageKind::Approve,
        place: Place::Main,
        instance: 1,
        via: None,
        level: 1,
        playbook: PlaybookRef { id: "p26".to_owned().try_into().unwrap(), version: 1 },
        brief: brief(),
        number: "TS-1".to_owned(),
        complainant: ComplainantId(Uuid::from_u128(70)),
        language: Language::Zh,
        department: "hq".to_owned().try_into().unwrap(),
        facts: Facts::new(),
        results: vec![proposed(proposal, fen)],
        barred: vec![person("wang")],
        heard: None,
    }
}

/// The same as a stage of another kind, which a clerk owns; what somebody may be held to account for is the
/// proposer's.
fn of_kind(kind: &str, proposal: u128, fen: i64) -> StageEntered {
    let found = StageKind::ALL.iter().find(|known| known.as_str() == kind);
    let mut stage = StageEntered {
        stage: kind.to_owned().try_into().unwrap(),
        kind: *found.unwrap(),
        ..entered(proposal, fen)
    };
    stage.brief["kind"] = json!(kind);
    stage.brief["outcomes"] = json!(playbook::outcomes_of(*found.unwrap()));
    let slice = &mut stage.brief["slice"]["approval"];
    let role = json!({"role": "manager", "label": {"zh": "经理", "en": "Manager"}, "department": "hq"});
    slice["participants"] = json!([role]);
    slice["incentives"] = json!([{
        "key": "late", "label": {"zh": "超时", "en": "Late"}, "subject": "step_owner", "on": {"left": "propose"},
        "form": "fine", "amount_from": 30, "amount_to": 100, "percent": 10, "points": 3,
    }]);
    stage
}

async fn round_of(bench: &Bench, subject: &SubjectRef) -> Round {
    let state = bench.state(subject).await;
    state.visits[&visit()].open().and_then(|open| open.round.clone()).unwrap()
}

fn to(round: &Round, who: &str) -> WorkAssigned {
    let step = &round.steps[0];
    WorkAssigned {
        work: step.seats[0].work,
        visit: visit(),
        epoch: 1,
        person: person(who),
        instead_of: None,
        department: step.department.clone(),
        role: step.role.clone(),
        because: None,
        lacks: Default::default(),
    }
}

#[tokio::test]
async fn a_round_is_opened_once_decided_once_and_read_by_staff() {
    let (bench, subject) = (Bench::start().await, complaint(7));
    let mut routing = Voice::of(ServiceName::Routing, &subject);
    let first = routing.says(entered(500, 2_000));
    bench.hear(&[first.clone(), first]).await;
    let round = round_of(&bench, &subject).await;
    bench.hear(&[routing.says(to(&round, "zhou"))]).await;
    let body =
        json!({"visit": visit(), "epoch": 1, "round": round.id, "decision": "refuse", "reason": "金额过高"});
    let zhou = || staff("zhou", &["clerk"]);
    let order = || bench.order("k1", zhou(), ("decide", &subject), body.clone());
    assert!(matches!(order().await, Answer::Done { repeated: false, .. }));
    assert!(matches!(order().await, Answer::Done { repeated: true, .. }));
    assert_eq!(
        bench.said(&subject).await,
        [
            "round.opened",
            "work.requested",
            "decision.recorded",
            "round.closed",
            "stage.completed",
            "work.withdrawn"
        ]
    );
    let id = ComplaintId(Uuid::from_u128(7));
    let found = bench.ask(zhou(), "round", json!({"complaint": id, "round": round.id})).await.unwrap();
    let words: Vec<_> = found["words"].as_object().unwrap().values().collect();
    assert_eq!(words, [&json!("金额过高")]);
    assert_eq!(found["round"]["closing"]["approved"], json!(false));
    let found = bench.ask(Actor::System, "case", json!({"complaint": id})).await.unwrap();
    assert_eq!(found["visits"][0]["rounds"][0]["id"], json!(round.id));
    let customer = bench.ask(Actor::Customer, "case", json!({"complaint": id})).await.unwrap_err();
    assert_eq!(customer.code, ProblemCode::NotAllowed);
    let stranger = json!({"complaint": id, "round": Uuid::from_u128(4)});
    assert_eq!(bench.ask(zhou(), "round", stranger).await.unwrap_err().code, ProblemCode::NotFound);
    bench.stop().await;
}

#[tokio::test]
async fn two_complaints_of_one_customer_in_one_batch_do_not_dodge_the_limit() {
    let bench = Bench::start().await;
    let subjects = [complaint(7), complaint(8)];
    let messages: Vec<_> = subjects
        .iter()
        .zip([500, 501])
        .map(|(subject, proposal)| Voice::of(ServiceName::Routing, subject).says(entered(proposal, 2_000)))
        .collect();
    bench.hear(&messages).await;
    let mut roles = Vec::new();
    for subject in &subjects {
        roles.push(round_of(&bench, subject).await.steps[0].role.to_string());
    }
    roles.sort();
    assert_eq!(roles, ["clerk", "shift_chief"], "whichever came second sees the first");
    bench.stop().await;
}

#[tokio::test]
async fn a_party_to_the_matter_neither_decides_nor_reads() {
    let (bench, subject) = (Bench::start().await, complaint(9));
    let mut routing = Voice::of(ServiceName::Routing, &subject);
    bench.hear(&[routing.says(entered(500, 2_000))]).await;
    let round = round_of(&bench, &subject).await;
    bench.hear(&[routing.says(to(&round, "wang"))]).await;
    let again = round_of(&bench, &subject).await;
    assert_ne!(again.steps[0].seats[0].work, round.steps[0].seats[0].work, "somebody else is asked for");
    let body = json!({"visit": visit(), "epoch": 1, "round": round.id, "decision": "approve"});
    let wang = || staff("wang", &["clerk"]);
    let Answer::Refused { problem } = bench.order("k1", wang(), ("decide", &subject), body).await else {
        panic!()
    };
    assert_eq!(problem.code, ProblemCode::ConflictOfInterest);
    let asked = json!({"complaint": ComplaintId(Uuid::from_u128(9))});
    assert_eq!(bench.ask(wang(), "case", asked).await.unwrap_err().code, ProblemCode::ConflictOfInterest);
    bench.stop().await;
}

#[tokio::test]
async fn an_objection_is_kept_with_its_reason_and_read_by_staff() {
    let (bench, subject) = (Bench::start().await, complaint(10));
    let mut routing = Voice::of(ServiceName::Routing, &subject);
    bench.hear(&[routing.says(of_kind("review", 500, 900_000))]).await;
    let round = round_of(&bench, &subject).await;
    assert_eq!(round.steps[0].role.as_str(), "clerk", "no limit applies to a review");
    bench.hear(&[routing.says(to(&round, "zhou"))]).await;
    let body =
        json!({"visit": visit(), "epoch": 1, "round": round.id, "verdict": "object", "reason": "责任不清"});
    let zhou = || staff("zhou", &["clerk"]);
    let order = || bench.order("k1", zhou(), ("review", &subject), body.clone());
    assert!(matches!(order().await, Answer::Done { repeated: false, .. }));
    assert!(matches!(order().await, Answer::Done { repeated: true, .. }));
    assert_eq!(
        bench.said(&subject).await,
        [
            "round.opened",
            "work.requested",
            "review.recorded",
            "round.closed",
            "stage.completed",
            "work.withdrawn"
        ]
    );
    let found = bench.ask(zhou(), "case", json!({"complaint": subject.complaint_id()})).await.unwrap();
    assert_eq!(found["visits"][0]["purpose"], json!("review"));
    let seat = &found["visits"][0]["rounds"][0]["steps"][0]["seats"][0]["standing"]["decided"];
    assert_eq!(seat["decision"], json!("object"));
    assert_eq!(found["words"][seat["reason"]["id"].as_str().unwrap()], json!("责任不清"));
    bench.stop().await;
}
