//! Hostile texts in every text of every order: kept byte for byte in a real PostgreSQL, or refused with their field.

use contracts::commands::{Actor, Answer, Verb, investigation as orders};
use contracts::{MeasureId, ProblemCode, ServiceName, StageKind, SubjectRef};
use serde_json::{Value, json};
use testkit::hostile::{self, Became};

use super::bench::{Bench, Voice, complaint, staff};
use super::{entered, to_li, visit, work_of};

/// The measure of a case in an example: each case has its own.
const MEASURE: MeasureId = MeasureId(uuid::Uuid::nil());

/// Li holds the work of visit 1 or, where something is carried out that was proposed at visit 1, of visit 2. Before a
/// measure is carried out it is planned, before its effect is verified it is carried out.
async fn begin(bench: &Bench, subject: &SubjectRef, kind: StageKind, verb: &str) {
    let mut routing = Voice::of(ServiceName::Routing, subject);
    let kinds = if kind == StageKind::Execute { vec![StageKind::Propose, kind] } else { vec![kind] };
    let last = kinds.len();
    for (at, kind) in kinds.into_iter().enumerate() {
        let id = visit(at as u128 + 1);
        let mut stage = entered(kind, id);
        stage.brief["slice"]["investigation"]["approve_before"] = json!([]);
        if verb == orders::VerifyEffect::VERB {
            let document = json!({"key": "drawing", "label": {"zh": "图纸", "en": "Drawing"}});
            stage.brief["slice"]["investigation"]["correct"]["standardise"] = json!([document]);
        }
        bench.hear(&[routing.says(stage)]).await;
        let work = work_of(bench, subject, id).await;
        bench.hear(&[routing.says(to_li(id, work))]).await;
        if at + 1 < last {
            let body = json!({"visit": id, "epoch": 1, "liable": "store", "reason": "因为",
                "remedies": [{"remedy": "refund", "amount": 1}], "declined": declined()});
            let answer = order(bench, subject, "propose", body).await;
            assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
        }
    }
    let before: &[&str] = match verb {
        orders::FinishMeasure::VERB => &[orders::PlanMeasures::VERB],
        orders::VerifyEffect::VERB => &[orders::PlanMeasures::VERB, orders::FinishMeasure::VERB],
        _ => &[],
    };
    for verb in before {
        let body = if *verb == orders::PlanMeasures::VERB { plan("training") } else { done() };
        let answer = order(bench, subject, verb, body).await;
        assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
        let state = bench.state(subject).await;
        for work in state.visits[&visit(1)].open().into_iter().flat_map(|open| open.works()) {
            bench.hear(&[routing.says(to_li(visit(1), work.id))]).await;
        }
    }
}

fn declined() -> Value {
    json!([{"remedy": "repair", "reason": "不愿再等"}])
}

fn plan(kind: &str) -> Value {
    let method = if kind == "training" { json!(null) } else { json!("fmea") };
    json!({"visit": visit(1), "epoch": 1, "measures": [{"measure": "改", "kind": kind, "method": method,
        "department": "quality", "role": "handler", "person": "li", "due": "2030-03-10T10:00:00Z"}]})
}

fn done() -> Value {
    json!({"visit": visit(1), "epoch": 1, "measure": MEASURE, "result": "已培训", "attended": ["li"]})
}

async fn order(bench: &Bench, subject: &SubjectRef, verb: &str, mut body: Value) -> Answer {
    if body["measure"] == json!(MEASURE) {
        let state = bench.state(subject).await;
        body["measure"] = json!(state.instances[&1].measures[0].id);
    }
    let key = format!("{verb}-{}", subject.id);
    bench.order(&key, staff("li", &["handler"]), (verb, subject), body).await
}

/// Tries every text of `V`, each on a complaint of its own from `first` on.
async fn try_all<V: Verb>(bench: &Bench, first: u128, kind: StageKind, example: Value) {
    let good = complaint(first);
    begin(bench, &good, kind, V::VERB).await;
    let answer = order(bench, &good, V::VERB, example.clone()).await;
    assert!(matches!(answer, Answer::Done { .. }), "the example itself is good: {answer:?}");
    let (odd, mut more) = (complaint(first + 999), example.clone());
    more["colour"] = json!("red");
    begin(bench, &odd, kind, V::VERB).await;
    let Answer::Refused { problem } = order(bench, &odd, V::VERB, more).await else {
        panic!("a colour was taken")
    };
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::UnknownField, Some("/colour")));
    for (attempt, n) in hostile::attempts(&schemars::schema_for!(V).to_value(), &example).iter().zip(1..) {
        let subject = complaint(first + n);
        begin(bench, &subject, kind, V::VERB).await;
        let before = bench.said(&subject).await;
        let became = match order(bench, &subject, V::VERB, attempt.body.clone()).await {
            Answer::Refused { problem } => {
                assert_eq!(bench.said(&subject).await, before, "a refused order writes nothing");
                assert_eq!(problem.lacks(), None, "{problem:?}");
                Became::Refused(serde_json::to_value(problem).unwrap())
            }
            Answer::Done { .. } => Became::Kept(bench.read_back(&subject).await),
        };
        attempt.judge(&became);
    }
}

impl Bench {
    /// What is on record about a complaint: its case as staff see it and every event.
    async fn read_back(&self, subject: &SubjectRef) -> Vec<Value> {
        let bodies: Vec<Vec<u8>> = sqlx::query_scalar("select body from journal where id = $1")
            .bind(&subject.id)
            .fetch_all(&self.pool)
            .await
            .unwrap();
        let mut read: Vec<Value> = bodies.iter().map(|body| serde_json::from_slice(body).unwrap()).collect();
        let asked = json!({"complaint": subject.complaint_id()});
        read.push(self.ask(Actor::System, "case", asked).await.unwrap());
        read
    }
}

#[tokio::test]
async fn no_text_of_any_order_does_more_than_stand_there() {
    let bench = Bench::start().await;
    let remedies = json!([{"remedy": "refund", "amount": 1}]);
    let verify = json!({"visit": visit(1), "epoch": 1, "substantiated": true, "finding": "属实"});
    try_all::<orders::Verify>(&bench, 1_000, StageKind::Verify, verify).await;
    let finding =
        json!({"visit": visit(1), "epoch": 1, "finding": "属实", "source": "photo", "established": true});
    try_all::<orders::AddFinding>(&bench, 2_000, StageKind::Investigate, finding).await;
    let propose = json!({"visit": visit(1), "epoch": 1, "remedies": remedies, "liable": "person",
        "liable_person": "zhao", "reason": "因为", "declined": declined(),
        "shares": [{"liable": "person", "person": "zhao", "percent": 100}]});
    try_all::<orders::Propose>(&bench, 3_000, StageKind::Propose, propose).await;
    let execute = json!({"visit": visit(2), "epoch": 1, "account": "已退款", "remedies": remedies});
    try_all::<orders::Execute>(&bench, 4_000, StageKind::Execute, execute).await;
    try_all::<orders::PlanMeasures>(&bench, 5_000, StageKind::Correct, plan("preventive")).await;
    try_all::<orders::FinishMeasure>(&bench, 6_000, StageKind::Correct, done()).await;
    let verify = json!({"visit": visit(1), "epoch": 1, "effective": true, "finding": "未再出现",
        "standardised": [{"document": "drawing", "change": "A/1"}]});
    try_all::<orders::VerifyEffect>(&bench, 7_000, StageKind::Correct, verify).await;
    bench.stop().await;
}
