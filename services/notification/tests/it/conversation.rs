//! One conversation through the shell, the sender and a mail server: acknowledged, told once, asked, answered.

use contracts::commands::{Actor, Answer};
use contracts::messages::case_escalated::{CaseEscalated, EscalationAction};
use contracts::messages::complaint_registered::ComplaintRegistered;
use contracts::messages::stage_entered::{Place, StageEntered, StageResult};
use contracts::messages::work_assigned::WorkAssigned;
use contracts::{Facts, Language, PersonId, ProblemCode, ServiceName, StageKind, VisitId, WorkId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::bench::{Bench, Voice, complainant, complaint, config, staff};
use super::intake::CODE;
use super::mail_server::MailServer;
use super::registered;

fn visit(n: u128) -> VisitId {
    VisitId(Uuid::from_u128(n))
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

/// The brief of a stage as a playbook makes it, where the reply waits for an approval.
fn brief(kind: StageKind) -> Value {
    let agent = json!({"role": "agent", "label": {"zh": "客服", "en": "Agent"}, "department": "responsible"});
    json!({
        "stage": "s", "kind": kind, "label": {"zh": "答复", "en": "Reply"},
        "owner": agent, "secondary": "automatic", "person": "needed", "requires": {},
        "outcomes": playbook::outcomes_of(kind), "conflict_of_interest": null,
        "slice": {"notification": {
            "reply": {"replier": agent, "preferred_channel": null, "form": "by_channel",
                "evidence_attachments": [], "cc": []},
            "contact": null,
            "callback": {"by": agent, "within": null, "min": 1, "max": null, "person": "needed",
                "notes": [], "channels": []},
            "satisfaction": {"best": "5", "scale": [
                {"key": "5", "label": {"zh": "满意", "en": "Satisfied"}, "positive": true},
                {"key": "1", "label": {"zh": "不满意", "en": "Not satisfied"}, "positive": false}]},
            "approve_before": ["reply"],
            "templates": {"satisfaction": {"body": {
                "zh": "请凭 {{ tracking_code }} 评价：{% for a in answers %}{{ a }} {% endfor %}", "en": "x"}}},
            "scripts": {}, "checklists": {}
        }}
    })
}

/// What came before: a proposal of ¥120.50 back, and its approval.
fn approved() -> Vec<StageResult> {
    let result = |kind, outcome: &str, results| StageResult {
        visit: visit(100),
        stage: "earlier".to_owned().try_into().unwrap(),
        kind,
        outcome: outcome.to_owned().try_into().unwrap(),
        by: staff("zhao", &[]),
        results,
    };
    let (proposal, reason) = (Uuid::from_u128(51), contracts::WordId(Uuid::from_u128(4)));
    let reason = contracts::WordRef::to(ServiceName::Investigation, reason, "因为");
    let proposed = json!({
        "proposal": proposal, "version": 1, "instance": 1, "remedies": [{"remedy": "refund", "amount": 12_050}],
        "total": 12_050, "liable": "store", "liable_person": null, "proposer": "zhao", "investigators": [],
        "reason": reason,
    });
    let decided = json!({
        "round": Uuid::from_u128(60), "proposal": proposal, "version": 1, "total": 12_050, "approved": true,
        "approvers": [], "dissenters": [],
    });
    vec![result(StageKind::Propose, "proposed", proposed), result(StageKind::Approve, "approved", decided)]
}

fn entered(kind: StageKind, n: u128) -> StageEntered {
    StageEntered {
        visit: visit(n),
        epoch: 1,
        stage: "s".to_owned().try_into().unwrap(),
        kind,
        place: Place::Main,
        instance: 1,
        via: None,
        level: 1,
        playbook: registered("email", complainant(1)).playbook,
        brief: brief(kind),
        number: "TS202503070001".to_owned(),
        complainant: complainant(1),
        language: Language::Zh,
        department: "customer_service".to_owned().try_into().unwrap(),
        facts: Facts::from([(contracts::facts::key::approved(), true.into())]),
        results: approved(),
        barred: vec![person("wang")],
        heard: None,
    }
}

/// The work that was asked for last.
async fn asked_for(bench: &Bench) -> WorkId {
    let body: Vec<u8> = sqlx::query_scalar(
        "select body from journal where id = $1 and what = 'work.requested' order by sequence desc limit 1",
    )
    .bind(&complaint(7).id)
    .fetch_one(&bench.pool)
    .await
    .unwrap();
    let requested: contracts::messages::work_requested::WorkRequested =
        serde_json::from_slice(&body).unwrap();
    requested.work
}

/// A stage begins and Li holds its work.
async fn hold(bench: &Bench, routing: &mut Voice, event: StageEntered) {
    let visit = event.visit;
    bench.hear(&[routing.says(event)]).await;
    let assigned = WorkAssigned {
        work: asked_for(bench).await,
        visit,
        epoch: 1,
        person: person("li"),
        instead_of: None,
        department: "customer_service".to_owned().try_into().unwrap(),
        role: "agent".to_owned().try_into().unwrap(),
        because: None,
        lacks: Default::default(),
    };
    bench.hear(&[routing.says(assigned)]).await;
}

async fn order(bench: &Bench, key: &str, actor: Actor, verb: &str, body: &Value) -> Answer {
    bench.order(key, actor, (verb, &complaint(7)), body.clone()).await
}

#[tokio::test]
async fn a_customer_is_acknowledged_told_once_asked_and_answers() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    bench.send_with(config(&server.url())).await;
    let li = || staff("li", &["agent"]);
    let mut intake = Voice::of(ServiceName::Intake, &complaint(7));
    let mut routing = Voice::of(ServiceName::Routing, &complaint(7));
    bench.hear(&[intake.says(registered("email", complainant(1)))]).await;
    assert!(server.next().await["text"].as_str().unwrap().contains("已受理"));

    hold(&bench, &mut routing, entered(StageKind::Reply, 1)).await;
    let reply = json!({"visit": visit(1), "epoch": 1, "channel": "email"});
    assert!(matches!(order(&bench, "r1", li(), "reply", &reply).await, Answer::Done { repeated: false, .. }));
    // A lost answer is asked for again under the same key, and somebody else tries to speak as well.
    assert!(matches!(order(&bench, "r1", li(), "reply", &reply).await, Answer::Done { repeated: true, .. }));
    let Answer::Refused { problem } = order(&bench, "r2", li(), "reply", &reply).await else { panic!() };
    assert_eq!(problem.code, ProblemCode::VisitLeft);
    let told = server.next().await;
    assert!(told["text"].as_str().unwrap().contains("退款 120.50 元"), "what was approved: {told}");

    hold(&bench, &mut routing, entered(StageKind::Callback, 2)).await;
    let asked = server.next().await;
    assert_eq!(asked["text"].as_str().unwrap().trim_end(), format!("请凭 {CODE} 评价：满意 不满意"));
    let answer =
        json!({"visit": visit(2), "epoch": 1, "reached": true, "satisfaction": "1", "opinion": "太少"});
    let Answer::Done { body, .. } = order(&bench, "a1", Actor::Customer, "callback", &answer).await else {
        panic!()
    };
    assert_eq!(body["outcome"], "dissatisfied");
    bench.settled().await;
    assert!(server.is_quiet().await, "each message went once");

    let case = json!({"complaint": contracts::ComplaintId(Uuid::from_u128(7))});
    let case = bench.ask(li(), "case", case).await.unwrap();
    assert_eq!(case["notices"].as_array().unwrap().len(), 3);
    assert!(case["notices"].as_array().unwrap().iter().all(|notice| notice["outcome"] == "delivered"));
    assert!(case["words"].to_string().contains("太少"));
    let said = bench.said(&complaint(7)).await;
    for (what, times) in
        [("notice.requested", 3), ("reply.told", 1), ("callback.recorded", 1), ("stage.completed", 2)]
    {
        assert_eq!(said.iter().filter(|one| *one == what).count(), times, "{what} in {said:?}");
    }
    bench.stop().await;
}

/// what customers answer comes in as they do, with what follows of it; a party to the matter reads not what they
/// said.
#[tokio::test]
async fn what_customers_answer_is_listed_the_newest_first() {
    let bench = Bench::start().await;
    let mut routing = Voice::of(ServiceName::Routing, &complaint(7));
    let mut intake = Voice::of(ServiceName::Intake, &complaint(7));
    let about = ComplaintRegistered {
        complained_of_person: Some(person("wang")),
        ..registered("email", complainant(1))
    };
    bench.hear(&[intake.says(about)]).await;
    let mut again = entered(StageKind::Callback, 1);
    again.brief["slice"]["notification"]["callback"]["min"] = json!(2);
    again.facts.insert(contracts::facts::key::responsible(), "logistics".into());
    hold(&bench, &mut routing, again).await;
    let call = |key, answer: &str, opinion: &str| {
        let body = json!({"visit": visit(1), "epoch": 1, "reached": true, "satisfaction": answer, "opinion": opinion});
        let bench = &bench;
        async move { order(bench, key, staff("li", &["agent"]), "callback", &body).await }
    };
    assert!(matches!(call("c1", "5", "谢谢").await, Answer::Done { .. }));
    assert!(matches!(call("c2", "1", "又坏了").await, Answer::Done { .. }));
    let listed = async |person, body| bench.ask(staff(person, &[]), "satisfaction", body).await.unwrap();
    let first = listed("zhou", json!({"limit": 1})).await;
    let line = &first["items"][0];
    assert_eq!(
        (&line["answer"], &line["positive"], &line["attempt"]),
        (&json!("1"), &json!(false), &json!(2))
    );
    assert_eq!((&line["outcome"], &line["opinion"]), (&json!("dissatisfied"), &json!("又坏了")));
    assert_eq!((&line["by"], &line["number"]), (&json!("li"), &json!("TS202503070001")));
    let second = listed("zhou", json!({"limit": 1, "after": first["next"]})).await;
    let line = &second["items"][0];
    assert_eq!((&line["answer"], &line["outcome"]), (&json!("5"), &json!(null)), "callbacks go on");
    assert_eq!(listed("zhou", json!({"after": second["next"]})).await["items"], json!([]));
    let count = async |body| listed("zhou", body).await["items"].as_array().unwrap().len();
    for (department, answers) in [("logistics", 2), ("customer_service", 2), ("sales", 0)] {
        assert_eq!(count(json!({"department": department})).await, answers, "{department}");
    }
    assert_eq!(count(json!({"department": "logistics", "positive": false, "limit": 1})).await, 1);
    let theirs = listed("wang", Value::Null).await;
    assert_eq!(
        (&theirs["items"][0]["withheld"], &theirs["items"][0]["opinion"]),
        (&json!(true), &json!(null))
    );
    let customer = bench.ask(Actor::Customer, "satisfaction", Value::Null).await.unwrap_err();
    assert_eq!(customer.code, ProblemCode::NotAllowed);
    bench.stop().await;
}

#[tokio::test]
async fn why_a_customer_does_not_accept_a_reply_stands_in_the_case() {
    let bench = Bench::start().await;
    let mut routing = Voice::of(ServiceName::Routing, &complaint(7));
    let mut event = entered(StageKind::Reply, 1);
    event.brief["outcomes"] = json!(["accepted", "rejected"]);
    hold(&bench, &mut routing, event).await;
    let li = || staff("li", &["agent"]);
    let reply = json!({"visit": visit(1), "epoch": 1, "channel": "phone"});
    assert!(matches!(order(&bench, "r1", li(), "reply", &reply).await, Answer::Done { .. }));
    let answer = json!({"visit": visit(1), "accepted": false, "reason": "还是太少"});
    assert!(matches!(
        order(&bench, "a1", Actor::Customer, "answer.record", &answer).await,
        Answer::Done { .. }
    ));
    let case = json!({"complaint": contracts::ComplaintId(Uuid::from_u128(7))});
    let case = bench.ask(li(), "case", case).await.unwrap();
    let answered = &case["visits"][0]["answered"];
    assert_eq!(answered["accepted"], false);
    assert_eq!(case["words"][answered["reason"]["id"].as_str().unwrap()], "还是太少");
    bench.stop().await;
}

#[tokio::test]
async fn a_party_to_the_matter_does_not_read_what_is_said_with_the_customer() {
    let bench = Bench::start().await;
    let mut routing = Voice::of(ServiceName::Routing, &complaint(7));
    hold(&bench, &mut routing, entered(StageKind::Callback, 2)).await;
    let case = json!({"complaint": contracts::ComplaintId(Uuid::from_u128(7))});
    let refused = bench.ask(staff("wang", &["agent"]), "case", case.clone()).await.unwrap_err();
    assert_eq!((refused.code, refused.lacks()), (ProblemCode::ConflictOfInterest, None));
    for reader in [staff("li", &[]), Actor::System] {
        assert_eq!(bench.ask(reader, "case", case.clone()).await.unwrap()["number"], "TS202503070001");
    }
    bench.stop().await;
}

#[tokio::test]
async fn staff_are_told_in_the_product_whether_or_not_there_is_a_mail_server() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    let mut intake = Voice::of(ServiceName::Intake, &complaint(7));
    bench.hear(&[intake.says(registered("phone", complainant(1)))]).await;
    let escalated = CaseEscalated {
        rung: "late".to_owned(),
        clock: None,
        visit: None,
        actions: vec![EscalationAction::Notified {
            people: vec![person("sun")],
            template: None,
            report: None,
        }],
        level: 1,
        because: None,
    };
    bench.hear(&[Voice::of(ServiceName::Routing, &complaint(7)).says(escalated)]).await;
    bench.send_with(config(&server.url())).await;
    bench.settled().await;
    let page = bench.ask(staff("sun", &[]), "outbox", json!({"state": "listed"})).await.unwrap();
    let messages = page["messages"].as_array().unwrap();
    let why = |template: &str| {
        let found = messages.iter().find(|message| message["template"] == template).unwrap();
        found["last_attempt"]["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(why("escalation"), "staff are told in the product");
    assert_eq!(why("acknowledgement"), "no sender is configured for phone");
    assert!(server.is_quiet().await);
    bench.stop().await;
}
