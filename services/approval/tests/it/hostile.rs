//! Hostile texts in every text of every order: kept byte for byte in a real PostgreSQL, or refused with their field.

use contracts::commands::approval::{Account, Audit, Decide, Meet, Review};
use contracts::commands::{Actor, Answer, Verb as _};
use contracts::{ProblemCode, ServiceName, SubjectRef};
use serde_json::{Value, json};
use testkit::hostile::{self, Became};

use super::bench::{Bench, Voice, complaint, staff};
use super::{entered, of_kind, round_of, to, visit};

/// A good order on complaint `n`, at whose only seat Zhou sits.
async fn ready(bench: &Bench, verb: &str, n: u128) -> (SubjectRef, Value) {
    let subject = complaint(n);
    let mut routing = Voice::of(ServiceName::Routing, &subject);
    let stage = match verb {
        Decide::VERB => entered(5_000 + n, 2),
        kind => of_kind(kind, 5_000 + n, 1),
    };
    bench.hear(&[routing.says(stage)]).await;
    let round = round_of(bench, &subject).await;
    bench.hear(&[routing.says(to(&round, "zhou"))]).await;
    let said = match verb {
        Review::VERB => json!({"verdict": "object", "reason": "金额过高"}),
        Audit::VERB => json!({"verdict": "failed", "reason": "缺照片"}),
        Meet::VERB => json!({"opinion": "退还工时费"}),
        Account::VERB => {
            let one =
                json!({"incentive": "late", "person": "li", "amount": 3_000, "percent": 5, "points": 1});
            json!({"decisions": [one], "reason": "超时"})
        }
        _ => {
            let less = json!({"remedy": "refund", "amount": 1});
            json!({"decision": "approve", "reason": "金额过高", "remedies": [less]})
        }
    };
    let mut body = json!({"visit": visit(), "epoch": 1, "round": round.id});
    body.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    (subject, body)
}

async fn order(bench: &Bench, verb: &str, subject: &SubjectRef, body: Value) -> Answer {
    let key = format!("{verb}-{}", subject.id);
    bench.order(&key, staff("zhou", &["clerk"]), (verb, subject), body).await
}

/// What is on record about a complaint: its case as staff see it and every event.
async fn read_back(bench: &Bench, subject: &SubjectRef, round: &Value) -> Vec<Value> {
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar("select body from journal where id = $1")
        .bind(&subject.id)
        .fetch_all(&bench.pool)
        .await
        .unwrap();
    let mut read: Vec<Value> = bodies.iter().map(|body| serde_json::from_slice(body).unwrap()).collect();
    let asked = json!({"complaint": subject.complaint_id(), "round": round});
    read.push(bench.ask(Actor::System, "round", asked).await.unwrap());
    read
}

#[tokio::test]
async fn no_text_of_a_decision_does_more_than_stand_there() {
    try_out(Decide::VERB, &schemars::schema_for!(Decide).to_value()).await;
}

#[tokio::test]
async fn no_text_of_a_review_does_more_than_stand_there() {
    try_out(Review::VERB, &schemars::schema_for!(Review).to_value()).await;
}

#[tokio::test]
async fn no_text_of_an_audit_does_more_than_stand_there() {
    try_out(Audit::VERB, &schemars::schema_for!(Audit).to_value()).await;
}

#[tokio::test]
async fn no_text_of_a_meeting_does_more_than_stand_there() {
    // Whoever convenes writes the opinion down, and neither signs nor gives a reason beside it.
    let mut schema = schemars::schema_for!(Meet).to_value();
    schema["properties"]
        .as_object_mut()
        .unwrap()
        .retain(|name, _| !["signature", "reason"].contains(&name.as_str()));
    try_out(Meet::VERB, &schema).await;
}

#[tokio::test]
async fn no_text_of_accountability_does_more_than_stand_there() {
    try_out(Account::VERB, &schemars::schema_for!(Account).to_value()).await;
}

async fn try_out(verb: &str, schema: &Value) {
    let bench = Bench::start().await;
    let (subject, example) = ready(&bench, verb, 1_000).await;
    let answer = order(&bench, verb, &subject, example.clone()).await;
    assert!(matches!(answer, Answer::Done { .. }), "the example itself is good: {answer:?}");
    let (odd, mut more) = ready(&bench, verb, 999).await;
    more["colour"] = json!("red");
    let Answer::Refused { problem } = order(&bench, verb, &odd, more).await else {
        panic!("a colour was taken")
    };
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::UnknownField, Some("/colour")));
    for (attempt, n) in hostile::attempts(schema, &example).iter().zip(1_001..) {
        let (subject, good) = ready(&bench, verb, n).await;
        let mut body = attempt.body.clone();
        // The round is another one on every complaint.
        if attempt.place != "/round" {
            body["round"] = good["round"].clone();
        }
        let before = bench.said(&subject).await;
        let became = match order(&bench, verb, &subject, body).await {
            Answer::Refused { problem } => {
                assert_eq!(bench.said(&subject).await, before, "a refused order writes nothing");
                assert_eq!(problem.lacks(), None, "{problem:?}");
                Became::Refused(serde_json::to_value(problem).unwrap())
            }
            Answer::Done { .. } => Became::Kept(read_back(&bench, &subject, &good["round"]).await),
        };
        attempt.judge(&became);
    }
    bench.stop().await;
}
