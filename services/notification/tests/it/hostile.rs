//! Hostile texts in every text of every order: kept byte for byte in a real PostgreSQL, or refused with their field.

use contracts::commands::{Actor, Answer, Verb, notification as orders};
use contracts::messages::file_added::FileAdded;
use contracts::messages::stage_entered::{Place, StageEntered};
use contracts::messages::work_assigned::WorkAssigned;
use contracts::{
    Event, Facts, FileId, Language, PersonId, ProblemCode, ServiceName, StageKind, SubjectRef, VisitId,
    WorkId,
};
use serde_json::{Value, json};
use testkit::hostile::{self, Became};
use uuid::Uuid;

use super::bench::{Bench, Voice, complainant, complaint, staff};
use super::registered;

fn visit() -> VisitId {
    VisitId(Uuid::from_u128(1))
}

fn entered(kind: StageKind, outcomes: Value) -> StageEntered {
    let agent = json!({"role": "agent", "label": {"zh": "客服", "en": "Agent"}, "department": "responsible"});
    let brief = json!({
        "stage": "s", "kind": kind, "label": {"zh": "答复", "en": "Reply"}, "owner": agent,
        "secondary": "automatic", "person": "needed", "requires": {}, "outcomes": outcomes,
        "conflict_of_interest": null,
        "slice": {"notification": {
            "reply": {"replier": agent, "preferred_channel": null, "form": "by_channel",
                "evidence_attachments": [{"key": "test_report", "label": {"zh": "检测报告", "en": "Test report"}}]},
            "contact": null,
            "callback": {"by": agent, "within": null, "min": 1, "max": null, "person": "needed",
                "notes": [], "channels": []},
            "satisfaction": {"best": "5", "scale": [
                {"key": "5", "label": {"zh": "满意", "en": "Satisfied"}, "positive": true},
                {"key": "1", "label": {"zh": "不满意", "en": "Not satisfied"}, "positive": false}]},
            "approve_before": [], "templates": {}, "scripts": {}, "checklists": {}
        }}
    });
    StageEntered {
        visit: visit(),
        epoch: 1,
        stage: "s".parse().unwrap(),
        kind,
        place: Place::Main,
        instance: 1,
        via: None,
        level: 1,
        playbook: registered("phone", complainant(1)).playbook,
        brief,
        number: "TS-1".to_owned(),
        complainant: complainant(1),
        language: Language::Zh,
        department: "customer_service".parse().unwrap(),
        facts: Facts::new(),
        results: Vec::new(),
        barred: Vec::new(),
        heard: None,
    }
}

/// The evidence that the playbook demands.
fn attachments() -> Value {
    json!([{"evidence": "test_report", "file": FileId(Uuid::from_u128(9))}])
}

async fn events(bench: &Bench, subject: &SubjectRef) -> Vec<Value> {
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar("select body from journal where id = $1 order by sequence")
        .bind(&subject.id)
        .fetch_all(&bench.pool)
        .await
        .unwrap();
    bodies.iter().map(|body| serde_json::from_slice(body).unwrap()).collect()
}

/// Li holds the work of the visit; for an answer, the customer was told before.
async fn begin(bench: &Bench, subject: &SubjectRef, stage: StageEntered, told: bool) {
    let mut intake = Voice::of(ServiceName::Intake, subject);
    let file = FileAdded {
        file: FileId(Uuid::from_u128(9)),
        media_type: "text/plain".to_owned(),
        bytes: 5,
        sha256: "00".repeat(32),
        by: Actor::System,
    };
    bench.hear(&[intake.says(registered("phone", complainant(1))), intake.says(file)]).await;
    let mut routing = Voice::of(ServiceName::Routing, subject);
    bench.hear(&[routing.says(stage)]).await;
    let work = events(bench, subject).await.iter().find_map(|body| body["work"].as_str().map(str::to_owned));
    let assigned = WorkAssigned {
        work: work.unwrap().parse::<WorkId>().unwrap(),
        visit: visit(),
        epoch: 1,
        person: PersonId::new("li").unwrap(),
        instead_of: None,
        department: "customer_service".parse().unwrap(),
        role: "agent".parse().unwrap(),
        because: None,
        lacks: Default::default(),
    };
    bench.hear(&[routing.says(Event::from(assigned))]).await;
    if told {
        let body = json!({"visit": visit(), "epoch": 1, "channel": "phone", "text": "您好",
            "attachments": attachments()});
        let answer = order(bench, subject, "reply", body).await;
        assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    }
}

async fn order(bench: &Bench, subject: &SubjectRef, verb: &str, body: Value) -> Answer {
    let key = format!("{verb}-{}", subject.id);
    bench.order(&key, staff("li", &["agent"]), (verb, subject), body).await
}

/// Tries every text of `V`, each on a complaint of its own from `first` on.
async fn try_all<V: Verb>(bench: &Bench, first: u128, stage: StageEntered, told: bool, example: Value) {
    let good = complaint(first);
    begin(bench, &good, stage.clone(), told).await;
    let answer = order(bench, &good, V::VERB, example.clone()).await;
    assert!(matches!(answer, Answer::Done { .. }), "the example itself is good: {answer:?}");
    let (odd, mut more) = (complaint(first + 999), example.clone());
    more["colour"] = json!("red");
    begin(bench, &odd, stage.clone(), told).await;
    let Answer::Refused { problem } = order(bench, &odd, V::VERB, more).await else {
        panic!("a colour was taken")
    };
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::UnknownField, Some("/colour")));
    for (attempt, n) in hostile::attempts(&schemars::schema_for!(V).to_value(), &example).iter().zip(1..) {
        let subject = complaint(first + n);
        begin(bench, &subject, stage.clone(), told).await;
        let before = events(bench, &subject).await;
        let became = match order(bench, &subject, V::VERB, attempt.body.clone()).await {
            Answer::Refused { problem } => {
                assert_eq!(events(bench, &subject).await, before, "a refused order writes nothing");
                assert_eq!(problem.lacks(), None, "{problem:?}");
                Became::Refused(serde_json::to_value(problem).unwrap())
            }
            Answer::Done { .. } => {
                let mut read = events(bench, &subject).await;
                let asked = json!({"complaint": subject.complaint_id()});
                read.push(bench.ask(Actor::System, "case", asked).await.unwrap());
                Became::Kept(read)
            }
        };
        attempt.judge(&became);
    }
}

#[tokio::test]
async fn no_text_of_any_order_does_more_than_stand_there() {
    let bench = Bench::start().await;
    let contact = json!({"visit": visit(), "epoch": 1, "reached": true, "channel": "phone", "note": "已联系",
        "give_up": false, "told": ["number"], "identity_verified": true});
    let mut stage = entered(StageKind::Contact, json!(["contacted"]));
    stage.brief["slice"]["notification"]["contact"] =
        json!({"tell": ["number"], "acceptor": null, "flow": [], "times": []});
    try_all::<orders::RecordContact>(&bench, 1_000, stage, false, contact).await;
    let mut stage = entered(StageKind::Contact, json!(["contacted"]));
    stage.brief["slice"]["notification"]["prepare"] =
        json!([{"key": "facts", "label": {"zh": "事实", "en": "Facts"}}]);
    let sheet = json!({"visit": visit(), "epoch": 1, "points": [{"point": "facts", "text": "发错货"}]});
    try_all::<orders::PrepareContact>(&bench, 6_000, stage, false, sheet).await;
    let reply = json!({"visit": visit(), "epoch": 1, "channel": "phone", "text": "您好",
        "attachments": attachments()});
    let stage = entered(StageKind::Reply, json!(["told"]));
    try_all::<orders::TellResult>(&bench, 2_000, stage, false, reply).await;
    let answer = json!({"visit": visit(), "accepted": false, "reason": "不够"});
    let stage = entered(StageKind::Reply, json!(["accepted", "rejected"]));
    try_all::<orders::RecordAnswer>(&bench, 3_000, stage, true, answer).await;
    let callback = json!({"visit": visit(), "epoch": 1, "reached": true, "satisfaction": "5", "opinion": "满意",
            "channel": "phone", "identity_verified": true});
    let stage = entered(StageKind::Callback, json!(["satisfied", "dissatisfied"]));
    try_all::<orders::RecordCallback>(&bench, 4_000, stage.clone(), false, callback).await;
    try_all::<orders::NoteForCallback>(&bench, 5_000, stage, false, json!({"note": "请先致歉"})).await;
    bench.stop().await;
}
