//! Delivery: what arrives, what is tried again, what is given up, what is listed.

use contracts::ServiceName;
use contracts::messages::person_erased::PersonErased;
use contracts::messages::playbook_published::PlaybookPublished;
use contracts::{ComplaintId, SubjectRef};
use serde_json::json;

use super::bench::{Bench, Voice, complainant, complaint, config, organisation, staff, until};
use super::intake::CODE;
use super::mail_server::MailServer;
use super::registered;
use contracts::commands::Actor;
use uuid::Uuid;

/// A complaint of complainant `n` by `channel` is on record: its acknowledgement waits.
async fn acknowledge(bench: &Bench, channel: &str, n: u128) {
    let mut intake = Voice::of(ServiceName::Intake, &complaint(7));
    bench.hear(&[intake.says(registered(channel, complainant(n)))]).await;
}

#[tokio::test]
async fn a_chinese_mail_arrives_intact_with_the_tracking_code_put_in() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    acknowledge(&bench, "email", 1).await;
    bench.send_with(config(&server.url())).await;
    let mail = server.next().await;
    assert_eq!((&mail["from"], &mail["to"]), (&json!("service@example.com"), &json!(["li.hua@example.com"])));
    let headers = &mail["headers"];
    assert_eq!(headers["subject"], "关于您的投诉 / About your complaint");
    assert!(headers["from"].as_str().unwrap().contains("客户服务部"), "{headers}");
    assert!(headers["message-id"].as_str().unwrap().ends_with(".huarun@redress>"), "{headers}");
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("您的投诉已受理，编号 TS202503070001"), "{text}");
    assert!(text.contains(CODE) && !text.contains("tracking_code"), "{text}");
    bench.settled().await;
    assert_eq!(bench.delivery().await, ("delivered".to_owned(), 1, true));
    assert_eq!(bench.said(&complaint(7)).await, ["notice.requested", "notice.settled"]);
    let kept = bench.ask(staff("li", &[]), "outbox", json!(null)).await.unwrap();
    assert!(!kept.to_string().contains(CODE), "the code is the customer's secret and kept nowhere");
    assert!(server.is_quiet().await, "once is enough");
    bench.stop().await;
}

#[tokio::test]
async fn a_template_of_the_playbook_brings_its_own_subject() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    let case = registered("email", complainant(1));
    let playbook = SubjectRef::playbook(&organisation(), &case.playbook.id);
    let published = PlaybookPublished {
        playbook: case.playbook,
        document: json!({"templates": {"acknowledgement": {
            "subject": {"zh": "受理通知 {{ number }}", "en": "Received"},
            "body": {"zh": "查询码：{{ tracking_code }}\n", "en": "x"}}}}),
        sha256: String::new(),
        scenarios_sha256: None,
        by: Actor::System,
    };
    bench.hear(&[Voice::of(ServiceName::Routing, &playbook).says(published)]).await;
    acknowledge(&bench, "email", 1).await;
    bench.send_with(config(&server.url())).await;
    let mail = server.next().await;
    assert_eq!(mail["headers"]["subject"], "受理通知 TS202503070001");
    assert_eq!(mail["text"].as_str().unwrap().trim_end(), format!("查询码：{CODE}"));
    bench.settled().await;
    bench.stop().await;
}

#[tokio::test]
async fn what_the_server_cannot_take_now_is_tried_again_on_schedule() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    acknowledge(&bench, "email", 2).await;
    let begun = std::time::Instant::now();
    bench.send_with(config(&server.url())).await;
    server.next().await;
    assert!(begun.elapsed().as_millis() >= 450, "after both pauses of the schedule");
    bench.settled().await;
    let outcomes: Vec<_> = bench.attempts().await;
    assert_eq!(outcomes, [("failed", "status 451"), ("failed", "status 451"), ("delivered", "250")].map(own));
    assert_eq!(bench.delivery().await, ("delivered".to_owned(), 3, true));
    bench.stop().await;
}

fn own((outcome, detail): (&str, &str)) -> (String, String) {
    (outcome.to_owned(), detail.to_owned())
}

#[tokio::test]
async fn what_the_server_will_never_take_has_failed_and_is_said() {
    let (mut bench, server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    acknowledge(&bench, "email", 3).await;
    bench.send_with(config(&server.url())).await;
    bench.settled().await;
    assert_eq!(bench.attempts().await, [own(("refused", "status 550"))], "without the address");
    assert_eq!(bench.said(&complaint(7)).await, ["notice.requested", "notice.settled"]);
    let found = bench.ask(staff("li", &[]), "outbox", json!({"state": "failed"})).await.unwrap();
    assert_eq!(found["messages"][0]["last_attempt"]["detail"], "status 550");
    let case = json!({"complaint": ComplaintId(Uuid::from_u128(7))});
    let case = bench.ask(staff("li", &[]), "case", case).await.unwrap();
    assert_eq!(case["notices"][0]["outcome"], "failed");
    bench.stop().await;
}

#[tokio::test]
async fn when_the_schedule_is_over_the_message_has_failed() {
    let (mut bench, server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    acknowledge(&bench, "email", 4).await;
    bench.send_with(config(&server.url())).await;
    bench.settled().await;
    assert_eq!(bench.attempts().await, vec![own(("failed", "status 451")); 3]);
    assert_eq!(bench.delivery().await, ("failed".to_owned(), 3, true));
    bench.stop().await;
}

#[tokio::test]
async fn a_server_that_refuses_us_and_not_the_mail_is_tried_again() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    acknowledge(&bench, "email", 6).await;
    bench.send_with(config(&server.url())).await;
    server.next().await;
    bench.settled().await;
    assert_eq!(bench.attempts().await[0], own(("failed", "status 530")));
    bench.stop().await;
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again_until_it_is_back() {
    let (mut bench, server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    let port = server.port;
    drop(server);
    acknowledge(&bench, "email", 1).await;
    let mut patient = config(&format!("smtp://127.0.0.1:{port}"));
    patient.retry = vec![jiff::SignedDuration::from_millis(100); 100];
    bench.send_with(patient).await;
    until("two attempts", || async { bench.attempts().await.len() >= 2 }).await;
    let mut server = MailServer::start(port).await;
    server.next().await;
    bench.settled().await;
    let attempts = bench.attempts().await;
    assert_eq!(attempts[0], own(("failed", "the mail server could not be reached")));
    assert_eq!(attempts.last().unwrap().0, "delivered");
    bench.stop().await;
}

#[tokio::test]
async fn a_crash_between_sending_and_recording_sends_again_under_the_same_id() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    let run = |sql: &'static str| sqlx::query(sql).execute(&bench.pool);
    run("alter table delivery_attempt rename to away").await.unwrap();
    acknowledge(&bench, "email", 1).await;
    bench.send_with(config(&server.url())).await;
    let first = server.next().await;
    bench.kill_sender().await;
    let (state, attempts, _) = bench.delivery().await;
    assert_eq!((state.as_str(), attempts), ("waiting", 0), "sent, and nobody knows");
    let run = |sql: &'static str| sqlx::query(sql).execute(&bench.pool);
    run("alter table away rename to delivery_attempt").await.unwrap();
    // The lease of the crashed one ends.
    run("update delivery set leased_until = now()").await.unwrap();
    bench.send_with(config(&server.url())).await;
    let second = server.next().await;
    assert_eq!(first["headers"]["message-id"], second["headers"]["message-id"]);
    bench.settled().await;
    assert_eq!(bench.delivery().await, ("delivered".to_owned(), 1, true));
    bench.stop().await;
}

#[tokio::test]
async fn a_sender_that_dies_while_a_server_dawdles_leaves_the_message_to_the_next() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    acknowledge(&bench, "email", 7).await;
    bench.send_with(config(&server.url())).await;
    let first = server.next().await;
    assert!(server.is_quiet().await, "the lease keeps others from it");
    bench.kill_sender().await;
    let (state, attempts, settled) = bench.delivery().await;
    assert_eq!((state.as_str(), attempts, settled), ("waiting", 0, false));
    // When its lease ends, the next one takes it up under the same id.
    sqlx::query("update delivery set leased_until = now()").execute(&bench.pool).await.unwrap();
    bench.send_with(config(&server.url())).await;
    let second = server.next().await;
    assert_eq!(first["headers"]["message-id"], second["headers"]["message-id"]);
    bench.kill_sender().await;
    bench.stop().await;
}

#[tokio::test]
async fn a_server_that_wants_a_sign_in_is_tried_until_the_operator_has_mended_it() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start_for("redress:right-secret").await);
    let _intake = bench.intake().await;
    acknowledge(&bench, "email", 1).await;
    let mut wrong = config(&format!("smtp://redress:wrong-secret@127.0.0.1:{}", server.port));
    wrong.retry = vec![jiff::SignedDuration::from_millis(100); 100];
    bench.send_with(wrong).await;
    until("two attempts", || async { bench.attempts().await.len() >= 2 }).await;
    assert!(server.is_quiet().await);
    bench.send_with(config(&format!("smtp://redress:right-secret@127.0.0.1:{}", server.port))).await;
    assert_eq!(server.next().await["to"], json!(["li.hua@example.com"]));
    bench.settled().await;
    let attempts = bench.attempts().await;
    assert_eq!(
        (&attempts[0], attempts.last()),
        (&own(("failed", "status 535")), Some(&own(("delivered", "250"))))
    );
    assert!(!format!("{attempts:?}").contains("secret"));
    bench.stop().await;
}

#[tokio::test]
async fn while_intake_is_away_nothing_is_tried_and_nothing_is_lost() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    acknowledge(&bench, "email", 1).await;
    bench.send_with(config(&server.url())).await;
    until("it was put off", || async {
        let later: bool = sqlx::query_scalar("select next_attempt_at > now() from delivery")
            .fetch_one(&bench.pool)
            .await
            .unwrap();
        later
    })
    .await;
    assert_eq!(bench.delivery().await, ("waiting".to_owned(), 0, false), "that was no attempt");
    let _intake = bench.intake().await;
    server.next().await;
    bench.settled().await;
    bench.stop().await;
}

#[tokio::test]
async fn a_customer_without_an_address_finds_the_message_listed_or_said_to_have_failed() {
    for (channel, state) in [("web", "listed"), ("email", "failed")] {
        let (mut bench, server) = (Bench::start().await, MailServer::start(0).await);
        let _intake = bench.intake().await;
        acknowledge(&bench, channel, 5).await;
        bench.send_with(config(&server.url())).await;
        bench.settled().await;
        assert_eq!(bench.delivery().await, (state.to_owned(), 1, true), "{channel}");
        bench.stop().await;
    }
}

#[tokio::test]
async fn a_complaint_by_the_web_is_acknowledged_by_mail_and_one_by_wechat_is_listed() {
    for (channel, state) in [("web", "delivered"), ("wechat", "listed")] {
        let (mut bench, server) = (Bench::start().await, MailServer::start(0).await);
        let _intake = bench.intake().await;
        acknowledge(&bench, channel, 1).await;
        bench.send_with(config(&server.url())).await;
        bench.settled().await;
        assert_eq!(bench.delivery().await.0, state, "{channel}");
        bench.stop().await;
    }
}

#[tokio::test]
async fn what_was_shredded_is_not_sent() {
    let (mut bench, mut server) = (Bench::start().await, MailServer::start(0).await);
    let _intake = bench.intake().await;
    acknowledge(&bench, "email", 1).await;
    let erased = PersonErased {
        complainant: complainant(1),
        complaints: vec![ComplaintId(Uuid::from_u128(7))],
        by: Actor::System,
        reason: "asked".to_owned(),
    };
    let person = SubjectRef::person(&organisation(), complainant(1));
    bench.hear(&[Voice::of(ServiceName::Intake, &person).says(erased)]).await;
    bench.send_with(config(&server.url())).await;
    bench.settled().await;
    assert_eq!(bench.attempts().await, [own(("refused", "the text was shredded"))]);
    assert!(server.is_quiet().await);
    let case = json!({"complaint": ComplaintId(Uuid::from_u128(7))});
    assert_eq!(bench.ask(staff("li", &[]), "case", case).await.unwrap()["words"], json!({}));
    bench.stop().await;
}
