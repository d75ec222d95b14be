use std::time::Duration;

use bus::{Bus, BusOptions};
use bytes::Bytes;
use contracts::commands::{Actor, Answer, Command};
use contracts::queries::{self, Query, QueryAnswer};
use contracts::{OrganisationId, ProblemCode, subjects};
use runtime::recover::asking::{AskError, AskHeads, AskJournal, HeadsPage, JournalPage, ask};
use runtime::requests::ServingOptions;
use runtime::requests::builtin::Status;
use serde_json::{Value, json};
use testkit::TestDatabase;
use testkit::nats::TestNats;

use super::{HEARER, HEARS, Node, Setup, TELLER, TELLS, command, database, nats, setup, subject};

const PATIENCE: Duration = Duration::from_secs(5);

async fn node(setup: Setup) -> (TestNats, TestDatabase, Node, Bus) {
    let (nats, database) = (nats().await, database().await);
    let node = Node::start(setup, &database, &nats).await;
    let asker = Bus::connect(BusOptions::new(nats.url(), "gateway")).await.unwrap();
    (nats, database, node, asker)
}

async fn order(asker: &Bus, payload: Vec<u8>) -> Vec<Answer> {
    let subject = subjects::command(TELLER, "say");
    let answer = asker.request(&subject, Bytes::from(payload), PATIENCE).await.unwrap();
    serde_json::from_slice(&answer).unwrap()
}

async fn order_all(asker: &Bus, commands: &[Command]) -> Vec<Answer> {
    order(asker, serde_json::to_vec(commands).unwrap()).await
}

async fn question(asker: &Bus, name: &str, body: Value) -> Result<Value, ProblemCode> {
    let organisation = OrganisationId::new("huarun").unwrap();
    let query = serde_json::to_vec(&Query { organisation, actor: Actor::System, body }).unwrap();
    let answer = asker.request(&subjects::query(TELLER, name), Bytes::from(query), PATIENCE).await.unwrap();
    match serde_json::from_slice(&answer).unwrap() {
        QueryAnswer::Found { body } => Ok(body),
        QueryAnswer::Refused { problem } => Err(problem.code),
    }
}

fn code(answer: &Answer) -> Option<ProblemCode> {
    match answer {
        Answer::Refused { problem } => Some(problem.code),
        Answer::Done { .. } => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_are_answered_in_their_order_and_repeated_ones_again() {
    let (_nats, _database, _node, asker) = node(setup(TELLS)).await;
    let commands: Vec<_> =
        (0..50).map(|number| command(&format!("s{}", number % 7), &number.to_string(), 1)).collect();
    let answers = order_all(&asker, &commands).await;
    assert_eq!(answers.len(), 50);
    let Answer::Done { body, repeated: false, .. } = &answers[49] else { panic!("{:?}", answers[49]) };
    assert_eq!(body["said"], 8);
    let again = order_all(&asker, &commands).await;
    for (first, second) in answers.iter().zip(&again) {
        let (Answer::Done { body: first, .. }, Answer::Done { body: second, repeated: true, .. }) =
            (first, second)
        else {
            panic!("{first:?} {second:?}")
        };
        assert_eq!(first, second);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_or_is_too_much_is_one_problem() {
    let few = ServingOptions { commands_in_request: 3, ..ServingOptions::default() };
    let (_nats, _database, _node, asker) = node(Setup { serving: few, ..setup(TELLS) }).await;
    let broken = order(&asker, b"[{".to_vec()).await;
    assert_eq!(broken.iter().map(code).collect::<Vec<_>>(), [Some(ProblemCode::MalformedJson)]);
    let unknown = Command { verb: "shout".into(), ..command("s", "k", 1) };
    assert_eq!(code(&order_all(&asker, &[unknown]).await[0]), Some(ProblemCode::InvalidField));
    let many: Vec<_> = (0..4).map(|number| command("s", &number.to_string(), 1)).collect();
    let refused = order_all(&asker, &many).await;
    assert_eq!(refused.iter().map(code).collect::<Vec<_>>(), [Some(ProblemCode::TooLarge)]);
    assert_eq!(order(&asker, b"[]".to_vec()).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overload_is_answered_at_once_and_never_by_silence() {
    let narrow = ServingOptions {
        commands_at_once: 2,
        queries_at_once: 2,
        query_patience: Duration::from_secs(3),
        ..ServingOptions::default()
    };
    let (_nats, _database, _node, asker) =
        node(Setup { serving: narrow, shell_runs: false, ..setup(TELLS) }).await;
    let (waiting, one) = (std::time::Instant::now(), [command("s", "1", 1)]);
    let first = [order_all(&asker, &one), order_all(&asker, &one)];
    let further = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let answers = order_all(&asker, &one).await;
        (answers, waiting.elapsed())
    };
    let (first, (refused, after)) = tokio::join!(futures::future::join_all(first), further);
    assert_eq!(code(&refused[0]), Some(ProblemCode::Unavailable));
    assert!(after < Duration::from_secs(1), "{after:?}");
    // The shell never took them: that they were not carried out is not known here.
    assert!(first.iter().all(|answers| code(&answers[0]) == Some(ProblemCode::OutcomeUnknown)), "{first:?}");

    let slow = [question(&asker, "sleep", json!(1_000)), question(&asker, "sleep", json!(60_000))];
    let further = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        question(&asker, "echo", json!(1)).await
    };
    let (slow, further) = tokio::join!(futures::future::join_all(slow), further);
    assert_eq!(further, Err(ProblemCode::Unavailable));
    assert!(slow[0].is_ok(), "{slow:?}");
    assert_eq!(slow[1], Err(ProblemCode::Unavailable), "it took too long");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_queries_are_answered_and_one_that_panics_harms_nobody() {
    let (_nats, _database, _node, asker) = node(setup(TELLS)).await;
    let echo = question(&asker, "echo", json!({ "a": 1 })).await.unwrap();
    assert_eq!(echo, json!({ "organisation": "huarun", "body": { "a": 1 } }));
    assert_eq!(question(&asker, "panic", Value::Null).await, Err(ProblemCode::Internal));
    assert_eq!(question(&asker, "echo", json!(2)).await.unwrap()["body"], 2);
    let huge = json!("x".repeat(asker.max_payload() - 2000));
    assert!(question(&asker, "echo", huge).await.is_ok());
    let raw =
        asker.request(&subjects::query(TELLER, "echo"), Bytes::from_static(b"{}"), PATIENCE).await.unwrap();
    assert!(matches!(serde_json::from_slice(&raw).unwrap(), QueryAnswer::Refused { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_built_in_queries_tell_heads_journal_status_and_what_is_parked() {
    let (nats, _database, node, asker) = node(setup(TELLS)).await;
    for number in 0..3 {
        node.say(&format!("s{number}"), "a", 700).await;
    }
    node.until_published().await;
    let heads: HeadsPage = ask(&asker, TELLER, queries::HEADS, &AskHeads::default()).await.unwrap();
    assert_eq!(heads.heads.iter().map(|head| head.sequence).collect::<Vec<_>>(), [700, 700, 700]);
    assert!(!heads.more);
    let after = AskHeads { after: Some(heads.heads[1].subject.clone()), ..AskHeads::default() };
    assert_eq!(
        ask::<HeadsPage>(&asker, TELLER, queries::HEADS, &after).await.unwrap().heads,
        heads.heads[2..]
    );

    let (mut last, mut pages) = (0, 0);
    loop {
        let question = AskJournal { subject: subject("s1"), after: last };
        let page: JournalPage = ask(&asker, TELLER, queries::JOURNAL, &question).await.unwrap();
        let Some(end) = page.events.last() else { break };
        assert_eq!(page.events[0].sequence, last + 1);
        assert!(serde_json::from_str::<Value>(&end.body).is_ok());
        (last, pages) = (end.sequence, pages + 1);
    }
    assert_eq!((last, pages), (700, 2));

    let status: Status = ask(&asker, TELLER, queries::STATUS, &Value::Null).await.unwrap();
    assert_eq!((status.unpublished, status.held, status.parked, status.under_way), (0, 0, 0, 0));
    assert!(status.handled >= 3);
    let parked = question(&asker, queries::PARKED, Value::Null).await.unwrap();
    assert_eq!(parked, json!({ "parked": [], "next": null }));
    let unknown = json!({ "id": "0195702c-7b80-7000-8000-000000000001" });
    assert_eq!(question(&asker, queries::PARKED, unknown.clone()).await, Err(ProblemCode::NotFound));
    for verb in contracts::commands::parked::VERBS {
        let mut body = unknown.clone();
        body["reason"] = json!("mended");
        let settle = Command { verb: (*verb).into(), body, ..command("s1", verb, 1) };
        let subject = subjects::command(TELLER, verb);
        let payload = Bytes::from(serde_json::to_vec(&[settle]).unwrap());
        let answers = asker.request(&subject, payload, PATIENCE).await.unwrap();
        let answers: Vec<Answer> = serde_json::from_slice(&answers).unwrap();
        assert_eq!(code(&answers[0]), Some(ProblemCode::NotFound), "{verb} is taken");
    }

    assert_eq!(
        question(&asker, queries::HELD, Value::Null).await.unwrap(),
        json!({ "held": [], "next": null })
    );

    let heard = database().await;
    let silent = ask::<Status>(&asker, HEARER, queries::STATUS, &Value::Null).await.unwrap_err();
    assert!(matches!(silent, AskError::Silent { .. }), "{silent:?}");
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    super::wait("it has heard everything", async || hearer.heard().await == 2100).await;
    super::wait("and acknowledged it", async || {
        let status: Status = ask(&asker, HEARER, queries::STATUS, &Value::Null).await.unwrap();
        status.sources[0].pending == Some(0) && status.sources[0].unacknowledged == Some(0)
    })
    .await;
}
