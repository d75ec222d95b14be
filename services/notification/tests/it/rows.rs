//! What decisions write, what senders take, what can be listed.

use std::time::Duration;

use contracts::commands::{Actor, Answer};
use contracts::{NoticeId, ProblemCode, ServiceName};
use notification::store::{Attempt, Standing, lease, mark_settled, record_attempts, unsettled};
use serde_json::{Value, json};

use super::bench::{Bench, Voice, complainant, complaint, config, staff};
use super::registered;

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn one_event_makes_one_message_however_often_it_comes() {
    let bench = Bench::start().await;
    let mut intake = Voice::of(ServiceName::Intake, &complaint(7));
    let event = intake.says(registered("email", complainant(1)));
    bench.hear(&[event.clone(), event.clone()]).await;
    bench.hear(&[event]).await;
    assert_eq!(bench.delivery().await, ("waiting".to_owned(), 0, false));
    assert_eq!(bench.said(&complaint(7)).await, ["notice.requested"]);
    assert_eq!(unsettled(&bench.pool).await.unwrap(), 1);
    bench.stop().await;
}

#[tokio::test]
async fn a_leased_message_is_nobody_elses_until_the_lease_ends() {
    let bench = Bench::start().await;
    for n in 1..=3 {
        let mut intake = Voice::of(ServiceName::Intake, &complaint(n));
        bench.hear(&[intake.says(registered("email", complainant(1)))]).await;
    }
    let (one, two) = tokio::join!(lease(&bench.pool, 2, LONG), lease(&bench.pool, 2, LONG));
    let (one, two) = (one.unwrap(), two.unwrap());
    let mut taken: Vec<_> = one.iter().chain(&two).map(|message| message.notice).collect();
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(taken.len(), one.len() + two.len(), "nobody takes what another has");
    let rest = lease(&bench.pool, 10, LONG).await.unwrap();
    assert_eq!(taken.len() + rest.len(), 3);
    assert!(lease(&bench.pool, 10, LONG).await.unwrap().is_empty());
    sqlx::query("update delivery set leased_until = now() - interval '1 second'")
        .execute(&bench.pool)
        .await
        .unwrap();
    assert_eq!(lease(&bench.pool, 10, LONG).await.unwrap().len(), 3);
    bench.stop().await;
}

#[tokio::test]
async fn an_attempt_is_recorded_with_what_follows() {
    let bench = Bench::start().await;
    let mut intake = Voice::of(ServiceName::Intake, &complaint(7));
    bench.hear(&[intake.says(registered("email", complainant(1)))]).await;
    let taken = lease(&bench.pool, 1, LONG).await.unwrap();
    let failed = Attempt {
        outcome: "failed",
        detail: "status 451".to_owned(),
        state: Standing::Waiting,
        again_in: Duration::from_secs(30),
    };
    record_attempts(&bench.pool, &[(&taken[0], failed.clone())]).await.unwrap();
    assert!(lease(&bench.pool, 1, LONG).await.unwrap().is_empty(), "not before its time");
    assert_eq!(unsettled(&bench.pool).await.unwrap(), 0, "a pause does not keep a rehearsal waiting");
    sqlx::query("update delivery set next_attempt_at = now()").execute(&bench.pool).await.unwrap();
    let taken = lease(&bench.pool, 1, LONG).await.unwrap();
    assert_eq!(taken[0].attempts, 1);
    let given_up = Attempt { state: Standing::Failed, again_in: Duration::ZERO, ..failed };
    record_attempts(&bench.pool, &[(&taken[0], given_up)]).await.unwrap();
    let taken = lease(&bench.pool, 1, LONG).await.unwrap();
    assert_eq!((taken[0].state, taken[0].attempts), (Standing::Failed, 2), "its end is yet to be said");
    mark_settled(&bench.pool, &[&taken[0]]).await.unwrap();
    assert!(lease(&bench.pool, 1, LONG).await.unwrap().is_empty());
    assert_eq!(bench.attempts().await.len(), 2);
    bench.stop().await;
}

#[tokio::test]
async fn a_message_that_has_ended_does_not_wait_again_for_a_sender_that_was_too_slow() {
    let bench = Bench::start().await;
    let mut intake = Voice::of(ServiceName::Intake, &complaint(7));
    bench.hear(&[intake.says(registered("email", complainant(1)))]).await;
    let slow = lease(&bench.pool, 1, Duration::ZERO).await.unwrap();
    let quick = lease(&bench.pool, 1, LONG).await.unwrap();
    assert_eq!(slow[0].notice, quick[0].notice, "the lease of the first had ended");
    let attempt =
        |outcome, state| Attempt { outcome, detail: String::new(), state, again_in: Duration::from_secs(30) };
    let delivered = attempt("delivered", Standing::Delivered);
    record_attempts(&bench.pool, &[(&quick[0], delivered)]).await.unwrap();
    let failed = attempt("failed", Standing::Waiting);
    record_attempts(&bench.pool, &[(&slow[0], failed)]).await.unwrap();
    assert_eq!(bench.delivery().await, ("delivered".to_owned(), 2, false));
    assert_eq!(bench.attempts().await.len(), 2, "and both tries are on record");
    bench.stop().await;
}

#[tokio::test]
async fn the_end_of_a_message_is_said_once() {
    let bench = Bench::start().await;
    let mut intake = Voice::of(ServiceName::Intake, &complaint(7));
    bench.hear(&[intake.says(registered("email", complainant(1)))]).await;
    let subject = complaint(7);
    let state = bench.state(&subject).await;
    let notice: NoticeId = *state.conversation().unwrap().notices.keys().next().unwrap();
    let body = json!({"notice": notice, "outcome": "delivered", "attempts": 1});
    let settle =
        |key: &'static str, actor| bench.order(key, actor, ("notice.settle", &subject), body.clone());
    assert!(matches!(settle("k1", Actor::System).await, Answer::Done { repeated: false, .. }));
    assert!(matches!(settle("k1", Actor::System).await, Answer::Done { repeated: true, .. }));
    assert!(matches!(settle("k2", Actor::System).await, Answer::Done { repeated: false, .. }));
    assert_eq!(bench.said(&complaint(7)).await, ["notice.requested", "notice.settled"]);
    let Answer::Refused { problem } = settle("k3", staff("li", &[])).await else { panic!() };
    assert_eq!(problem.code, ProblemCode::NotAllowed);
    bench.stop().await;
}

#[tokio::test]
async fn without_a_mail_server_every_message_lies_in_the_outbox_to_be_listed() {
    let mut bench = Bench::start().await;
    for n in 1..=5 {
        let mut intake = Voice::of(ServiceName::Intake, &complaint(n));
        bench.hear(&[intake.says(registered("email", complainant(1)))]).await;
    }
    bench.send_with(config("")).await;
    bench.settled().await;
    assert_eq!(bench.attempts().await.len(), 5);
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let mut asked = json!({"state": "listed", "limit": 2});
        if !after.is_null() {
            asked["after"] = after;
        }
        let page = bench.ask(staff("li", &[]), "outbox", asked).await.unwrap();
        for message in page["messages"].as_array().unwrap() {
            assert_eq!(message["last_attempt"]["outcome"], "listed");
            let text = page["words"][message["word"].as_str().unwrap()].as_str().unwrap();
            assert!(text.contains("您的投诉已受理"), "whoever hands it over can read it");
            seen.push(message["notice"].as_str().unwrap().to_owned());
        }
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (5, 5), "each once, page by page");
    let one = json!({"complaint": contracts::ComplaintId(uuid::Uuid::from_u128(3))});
    let found = bench.ask(staff("li", &[]), "outbox", one).await.unwrap();
    assert_eq!(found["messages"].as_array().unwrap().len(), 1);
    bench.stop().await;
}

#[tokio::test]
async fn a_message_about_a_report_is_of_no_complaint() {
    let bench = Bench::start().await;
    let due: contracts::messages::report_due::ReportDue = serde_json::from_value(json!({
        "report": "weekly", "playbook": {"id": "p03", "version": 2}, "label": {"zh": "投诉周报", "en": "Weekly report"},
        "from": super::bench::now(), "to": super::bench::now(), "due": super::bench::now(), "period": "2025-03-04",
        "made_by": [], "receivers": ["gao"], "channel": null, "contents": [],
    }))
    .unwrap();
    let subject = contracts::SubjectRef::organisation(&super::bench::organisation());
    bench.hear(&[Voice::of(ServiceName::Routing, &subject).says(due)]).await;
    let found = bench.ask(staff("li", &[]), "outbox", json!(null)).await.unwrap();
    let message = &found["messages"][0];
    assert!(message["complaint"].is_null() && message["report"].is_string(), "{message}");
    let mut intake = Voice::of(ServiceName::Intake, &complaint(7));
    bench.hear(&[intake.says(registered("email", complainant(1)))]).await;
    let of_case = json!({"complaint": contracts::ComplaintId(uuid::Uuid::from_u128(7))});
    let found = bench.ask(staff("li", &[]), "outbox", of_case).await.unwrap();
    let message = &found["messages"][0];
    assert!(message["complaint"].is_string() && message.get("report").is_none(), "{message}");
    bench.stop().await;
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_is_refused_and_says_why() {
    let bench = Bench::start().await;
    let (invalid, missing) = (ProblemCode::InvalidField, ProblemCode::MissingField);
    for (name, asked, code, field) in [
        ("outbox", json!({"state": "lost"}), invalid, "/state"),
        ("outbox", json!({"complaint": "TS-1"}), invalid, "/complaint"),
        ("outbox", json!({"after": {"notice": uuid::Uuid::nil()}}), missing, "/after/requested_at"),
        ("outbox", json!({"colour": 1}), ProblemCode::UnknownField, "/colour"),
        ("case", json!({}), missing, "/complaint"),
        ("templates", json!({"playbook": "'; drop"}), invalid, "/playbook"),
        ("messages", json!({"playbook": {"id": "'; drop", "version": 1}}), invalid, "/playbook/id"),
        ("messages", json!({}), ProblemCode::MissingField, "/playbook"),
    ] {
        let refused = bench.ask(staff("li", &[]), name, asked.clone()).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (code, Some(field)), "{asked} {refused}");
        assert_eq!(refused.lacks(), None, "{asked}");
    }
    for actor in [Actor::Customer, Actor::Feeder { name: "shop".to_owned() }] {
        let refused = bench.ask(actor, "outbox", json!(null)).await.unwrap_err();
        assert_eq!((refused.code, refused.lacks()), (ProblemCode::NotAllowed, None));
    }
    bench.stop().await;
}

#[tokio::test]
async fn faults_of_templates_can_be_listed() {
    use contracts::messages::playbook_published::PlaybookPublished;
    let bench = Bench::start().await;
    let playbook = registered("email", complainant(1)).playbook;
    let subject = contracts::SubjectRef::playbook(&super::bench::organisation(), &playbook.id);
    let published = PlaybookPublished {
        playbook,
        document: json!({"templates": {"reply": {"body": {"zh": "{{ nummer }}", "en": "{{ number }}"}}}}),
        sha256: String::new(),
        scenarios_sha256: None,
        by: Actor::System,
    };
    bench.hear(&[Voice::of(ServiceName::Routing, &subject).says(published)]).await;
    let found = bench.ask(staff("li", &[]), "templates", json!({"playbook": "p03"})).await.unwrap();
    assert_eq!(found["versions"][0]["faults"][0]["language"], "zh");
    let asked = json!({"playbook": {"id": "p03", "version": 1}});
    let shown = bench.ask(staff("li", &[]), "messages", asked).await.unwrap();
    assert_eq!((&shown[0]["template"], &shown[0]["own"]), (&json!("reply"), &json!(true)));
    assert!(
        shown[0]["rendered"][0]["fault"].is_string() && shown[0]["rendered"][1]["fault"].is_null(),
        "{shown}"
    );
    let written =
        json!({"written": {"templates": {"reply": {"body": {"zh": "好", "en": "Good"}}}, "scripts": {}}});
    let shown = bench.ask(staff("li", &[]), "messages", written).await.unwrap();
    assert_eq!(shown[0]["rendered"][1]["body"], "Good");
    let nobody = bench.ask(staff("li", &[]), "templates", json!({"playbook": "p99"})).await.unwrap_err();
    assert_eq!(nobody.code, ProblemCode::NotFound);
    bench.stop().await;
}

/// A page of what customers answered costs the same however many there are.
#[tokio::test]
async fn each_page_of_answers_is_read_by_its_index() {
    let bench = Bench::start().await;
    for statement in [
        "insert into satisfaction select 'huarun', gen_random_uuid(), 1, gen_random_uuid(), 'TS-' || n, 'p03', 1, 'callback',
             'd' || n % 20, 'd' || n % 30, now() - make_interval(mins => n), 'x', n % 50 <> 0, null, null, null, null
         from generate_series(1, 20000) n",
        "analyze satisfaction",
    ] {
        sqlx::query(statement).execute(&bench.pool).await.unwrap();
    }
    let after = "(now() - interval '2 days'), '00000000-0000-0000-0000-000000000000', 1";
    let (all, ours) =
        (notification::queries::SATISFACTION_PAGE, notification::queries::SATISFACTION_OF_DEPARTMENT);
    for (statement, positive, after, indexes) in [
        (all, "null", "null, null, null", &["satisfaction_pages"][..]),
        (all, "null", after, &["satisfaction_pages"]),
        (all, "false", after, &["satisfaction_not"]),
        (ours, "null", after, &["satisfaction_of_department", "satisfaction_of_responsible"]),
    ] {
        let values = format!("'huarun', {positive}, {after}, 50, 'd7'");
        let mut text = statement.to_owned();
        for (n, value) in values.split(", ").enumerate().collect::<Vec<_>>().into_iter().rev() {
            text = text.replace(&format!("${}", n + 1), value);
        }
        let plan: Value = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("explain (format json) {text}")))
            .fetch_one(&bench.pool)
            .await
            .unwrap();
        let plan = plan.to_string();
        assert!(!plan.contains("Seq Scan"), "{plan}");
        for index in indexes {
            assert!(plan.contains(&format!("\"{index}\"")), "{index}: {plan}");
        }
    }
    bench.stop().await;
}
