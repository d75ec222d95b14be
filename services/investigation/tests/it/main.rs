//! One complaint through the real shell and a real PostgreSQL: what the core decides is kept, chained, opened for whom
//! it may be, and forgotten when it must be.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod bench;
mod hostile;

use contracts::commands::{Actor, Answer};
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::messages::person_erased::PersonErased;
use contracts::messages::stage_entered::{Place, StageEntered};
use contracts::messages::work_assigned::WorkAssigned;
use contracts::{
    ComplainantId, ComplaintId, Facts, Language, PersonId, ProblemCode, ServiceName, StageKind, SubjectRef,
    VisitId, WorkId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use bench::{Bench, Voice, complaint, staff};

fn visit(n: u128) -> VisitId {
    VisitId(Uuid::from_u128(n))
}

fn entered(kind: StageKind, id: VisitId) -> StageEntered {
    let brief = json!({
        "stage": "s", "kind": kind, "label": {"zh": "处理", "en": "Handle"},
        "owner": {"role": "handler", "label": {"zh": "处理人", "en": "Handler"}, "department": "responsible"},
        "secondary": "automatic", "person": "needed", "requires": {},
        "outcomes": playbook::outcomes_of(kind), "conflict_of_interest": null,
        "slice": {"investigation": {"liability_kinds": [],
            "remedies": {"allowed": ["repair", "refund"], "order": ["repair", "refund"]},
            "approve_before": ["execute"], "correct": {"departments": ["quality"], "forbidden": [], "roles": ["handler"],
            "methods": [{"key": "fmea", "label": {"zh": "失效模式", "en": "FMEA"}}], "verifier": null}}}
    });
    StageEntered {
        visit: id,
        epoch: 1,
        stage: "s".to_owned().try_into().unwrap(),
        kind,
        place: Place::Main,
        instance: 1,
        via: None,
        level: 1,
        playbook: PlaybookRef { id: "p02".to_owned().try_into().unwrap(), version: 1 },
        brief,
        number: "TS-1".to_owned(),
        complainant: ComplainantId(Uuid::from_u128(70)),
        language: Language::Zh,
        department: "quality".to_owned().try_into().unwrap(),
        facts: Facts::new(),
        results: Vec::new(),
        barred: vec![PersonId::new("wang").unwrap()],
        heard: None,
    }
}

fn to_li(id: VisitId, work: WorkId) -> WorkAssigned {
    WorkAssigned {
        work,
        visit: id,
        epoch: 1,
        person: PersonId::new("li").unwrap(),
        instead_of: None,
        department: "quality".to_owned().try_into().unwrap(),
        role: "handler".to_owned().try_into().unwrap(),
        because: None,
        lacks: Default::default(),
    }
}

async fn work_of(bench: &Bench, subject: &SubjectRef, id: VisitId) -> WorkId {
    let state = bench.state(subject).await;
    state.visits[&id].open().and_then(|open| open.work.as_ref()).map(|work| work.id).unwrap()
}

fn verdict() -> Value {
    json!({"visit": visit(1), "epoch": 1, "substantiated": true, "finding": "监控显示属实 🎥"})
}

#[tokio::test]
async fn a_verdict_is_kept_once_read_by_staff_and_forgotten_with_the_person() {
    let (bench, subject) = (Bench::start().await, complaint(7));
    let mut routing = Voice::of(ServiceName::Routing, &subject);
    let first = routing.says(entered(StageKind::Verify, visit(1)));
    bench.hear(&[first.clone(), first.clone()]).await;
    let work = work_of(&bench, &subject, visit(1)).await;
    let given = routing.says(to_li(visit(1), work));
    bench.hear(&[given, first]).await;

    let li = || staff("li", &["handler"]);
    let order = || bench.order("k1", li(), ("verify", &subject), verdict());
    assert!(matches!(order().await, Answer::Done { repeated: false, .. }));
    assert!(
        matches!(order().await, Answer::Done { repeated: true, .. }),
        "the same key gives the first answer"
    );
    assert_eq!(
        bench.said(&subject).await,
        ["work.requested", "verification.recorded", "stage.completed", "work.withdrawn"]
    );

    let asked = json!({"complaint": ComplaintId(Uuid::from_u128(7))});
    let found = bench.ask(li(), "case", asked.clone()).await.unwrap();
    let words: Vec<_> = found["words"].as_object().unwrap().values().collect();
    assert_eq!(words, [&json!("监控显示属实 🎥")]);
    let refused = bench.ask(Actor::Customer, "case", asked.clone()).await.unwrap_err();
    assert_eq!(refused.code, ProblemCode::NotAllowed);

    let person = SubjectRef::person(&bench::organisation(), ComplainantId(Uuid::from_u128(70)));
    let erased = PersonErased {
        complainant: ComplainantId(Uuid::from_u128(70)),
        complaints: vec![ComplaintId(Uuid::from_u128(7))],
        by: Actor::System,
        reason: "asked".to_owned(),
    };
    bench.hear(&[Voice::of(ServiceName::Intake, &person).says(erased)]).await;
    let found = bench.ask(li(), "case", asked).await.unwrap();
    assert_eq!(found["words"], json!({}), "the words are gone");
    assert_eq!(found["instances"][0]["verdict"], json!(true), "what was decided is not");
    assert_eq!(bench.said(&subject).await.len(), 4, "the chain stays whole");
    bench.stop().await;
}

#[tokio::test]
async fn what_comes_too_early_is_applied_in_order() {
    let (bench, subject) = (Bench::start().await, complaint(8));
    let mut routing = Voice::of(ServiceName::Routing, &subject);
    let first = routing.says(entered(StageKind::Verify, visit(1)));
    let second = routing.says(entered(StageKind::Propose, visit(2)));
    bench.hear(&[second]).await;
    assert!(bench.said(&subject).await.is_empty());
    bench.hear(&[first]).await;
    // The held one is taken up after the one before it was answered for.
    for _ in 0..400 {
        if bench.state(&subject).await.visits.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(bench.said(&subject).await, ["work.requested", "work.requested"]);
    bench.stop().await;
}

#[tokio::test]
async fn a_visit_says_what_may_be_done_but_not_to_a_party_to_the_matter() {
    let (bench, subject) = (Bench::start().await, complaint(9));
    let mut routing = Voice::of(ServiceName::Routing, &subject);
    bench.hear(&[routing.says(entered(StageKind::Propose, visit(1)))]).await;
    let work = work_of(&bench, &subject, visit(1)).await;
    bench.hear(&[routing.says(to_li(visit(1), work))]).await;
    let refused = bench
        .order(
            "k1",
            staff("li", &["handler"]),
            ("propose", &subject),
            json!({"visit": visit(1), "epoch": 1, "liable": "store", "reason": "因为",
                "remedies": [{"remedy": "voucher", "amount": 1}]}),
        )
        .await;
    let Answer::Refused { problem } = refused else { panic!() };
    assert_eq!(problem.code, ProblemCode::RemedyNotAllowed);
    assert_eq!(bench.said(&subject).await, ["work.requested"], "a refused order writes nothing");

    let asked = json!({"complaint": ComplaintId(Uuid::from_u128(9)), "visit": visit(1)});
    let found = bench.ask(staff("zhao", &[]), "visit", asked.clone()).await.unwrap();
    assert_eq!(found["may"]["remedies"], json!(["repair", "refund"]));
    assert_eq!(found["person"], json!("li"));
    let party = bench.ask(staff("wang", &[]), "visit", asked).await.unwrap_err();
    assert_eq!(party.code, ProblemCode::ConflictOfInterest);
    let stranger = json!({"complaint": ComplaintId(Uuid::from_u128(9)), "visit": visit(5)});
    assert_eq!(bench.ask(Actor::System, "visit", stranger).await.unwrap_err().code, ProblemCode::NotFound);
    let nobody = json!({"complaint": ComplaintId(Uuid::from_u128(10))});
    assert_eq!(bench.ask(Actor::System, "case", nobody).await.unwrap_err().code, ProblemCode::NotFound);
    bench.stop().await;
}
