//! Order, duplicates, gaps, forks.

use bytes::Bytes;
use contracts::ServiceName;

use super::bench::Bench;
use super::toy::{Source, complaint};

#[tokio::test]
async fn events_are_applied_once_and_in_order_however_they_come() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let mut intake = Source::new(ServiceName::Intake);
    let said: Vec<_> = ["one", "two", "three", "four"].iter().map(|text| intake.says("a", text)).collect();

    for nth in [2, 2, 1, 3] {
        replica.hear(&bench, &said[nth]).await;
    }
    assert!(bench.lines(&complaint("a")).await.is_empty());
    assert_eq!((bench.count("held").await, bench.acknowledged()), (3, 4));
    replica.hear(&bench, &said[0]).await;
    let lines = ["intake: one", "intake: two", "intake: three", "intake: four"];
    assert_eq!(bench.lines(&complaint("a")).await, lines);
    assert_eq!((bench.count("held").await, bench.acknowledged()), (0, 5));

    for message in &said {
        replica.hear(&bench, message).await;
    }
    assert_eq!(bench.lines(&complaint("a")).await, lines);
    assert_eq!((bench.head(&complaint("a")).await.unwrap().version, bench.acknowledged()), (4, 9));
    replica.end().await;
}

#[tokio::test]
async fn what_comes_early_in_one_batch_is_never_stored() {
    let bench = Bench::new().await;
    let mut intake = Source::new(ServiceName::Intake);
    let said: Vec<_> = ["one", "two", "three"].iter().map(|text| intake.says("a", text)).collect();
    let shell = bench.shell(super::bench::options());
    for message in said.iter().rev() {
        shell.inlet().event(bench.delivered(message.clone())).await.unwrap();
    }
    let replica = super::bench::run(shell);
    replica.quiet().await;
    assert_eq!(bench.lines(&complaint("a")).await, ["intake: one", "intake: two", "intake: three"]);
    assert_eq!(bench.count("held").await, 0);
    replica.end().await;
}

#[tokio::test]
async fn held_events_left_behind_by_a_crash_are_taken_up() {
    let bench = Bench::new().await;
    let mut intake = Source::new(ServiceName::Intake);
    let (one, two) = (intake.says("a", "one"), intake.says("a", "two"));
    let replica = bench.start();
    replica.hear(&bench, &one).await;
    replica.end().await;
    let held = journal::held::Held {
        subject: complaint("a"),
        source: ServiceName::Intake,
        sequence: 2,
        headers: two.headers.clone(),
        body: two.body.clone(),
    };
    journal::held::hold(&mut bench.pool.acquire().await.unwrap(), &[held]).await.unwrap();
    let replica = bench.start();
    for _ in 0..200 {
        if bench.count("held").await == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(bench.lines(&complaint("a")).await, ["intake: one", "intake: two"]);
    replica.end().await;
}

#[tokio::test]
async fn a_source_with_another_past_is_noticed() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let mut intake = Source::new(ServiceName::Intake);
    replica.hear(&bench, &intake.says("a", "one")).await;
    let mut restored = intake.clone();
    replica.hear(&bench, &intake.says("a", "two")).await;
    replica.hear(&bench, &intake.says("b", "one")).await;

    // The same sequence with another hash, and what follows it.
    let other = restored.says("a", "another-two");
    replica.hear(&bench, &other).await;
    replica.hear(&bench, &restored.says("a", "three")).await;
    let parked = bench.parked().await;
    assert_eq!((parked.len(), parked[0].code.as_str()), (1, "source-forked"));
    assert_eq!(bench.lines(&complaint("a")).await, ["intake: one", "intake: two"]);
    assert_eq!(bench.count("held").await, 1);

    // A successor that does not follow what was heard.
    let mut lost = Source::new(ServiceName::Intake);
    drop(lost.says("b", "another-one"));
    replica.hear(&bench, &lost.says("b", "two")).await;
    assert_eq!(bench.parked().await.len(), 2);

    // Dropping keeps ours and goes on with what follows theirs.
    let order = super::toy::settle("k", "a", "parked.drop", parked[0].id);
    assert_eq!(super::bench::code(&replica.order(order).await), "done");
    let lines = ["intake: one", "intake: two", "approval: settled 2 Dropped", "intake: three"];
    assert_eq!(bench.lines(&complaint("a")).await, lines);
    replica.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_parked_and_blocks_only_its_source() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let (mut intake, mut routing) = (Source::new(ServiceName::Intake), Source::new(ServiceName::Routing));
    replica.hear(&bench, &intake.says_raw("a", "never.heard_of", b"{}")).await;
    replica.hear(&bench, &intake.says("a", "two")).await;
    replica.hear(&bench, &routing.says("a", "one")).await;
    replica.hear(&bench, &routing.says_raw("b", "fact.recorded", b"not JSON")).await;
    let mut headless = intake.says("c", "one");
    headless.headers.retain(|(name, _)| name != "ce-id");
    headless.body = Bytes::from_static(b"\xff\x00");
    replica.hear(&bench, &headless).await;
    replica.hear(&bench, &headless).await;

    let mut codes: Vec<_> = bench.parked().await.into_iter().map(|p| (p.code, p.attempts)).collect();
    codes.sort();
    let expected = [("not-understood", 1), ("not-understood", 1), ("unreadable", 2)];
    assert_eq!(codes, expected.map(|(code, attempts)| (code.to_owned(), attempts)));
    assert_eq!(bench.lines(&complaint("a")).await, ["routing: one"]);
    assert_eq!((bench.count("held").await, bench.acknowledged()), (1, 6));
    replica.end().await;
}

#[tokio::test]
async fn an_older_version_is_understood_and_a_newer_one_is_parked_however_well_its_body_reads() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let mut routing = Source::new(ServiceName::Routing);
    let body = |epoch: u32, why: (&str, serde_json::Value)| {
        let id = uuid::Uuid::from_u128(1);
        let mut body = serde_json::json!({
            "work": id, "visit": id, "epoch": epoch, "department": "sales", "role": "handler",
        });
        body[why.0] = why.1;
        body.to_string().into_bytes()
    };
    let (first, second) =
        (body(1, ("reason", "nobody_available".into())), body(2, ("cause", "handed_back".into())));
    replica.hear(&bench, &routing.says_version("a", ("work.queued", 1), &first)).await;
    replica.hear(&bench, &routing.says_version("a", ("work.queued", 2), &second)).await;
    let lines = ["routing: queued 1 nobody_available", "routing: queued 2 handed_back"];
    assert_eq!(bench.lines(&complaint("a")).await, lines);

    replica.hear(&bench, &routing.says_version("a", ("work.queued", 3), &second)).await;
    replica.hear(&bench, &routing.says("a", "after")).await;
    replica.hear(&bench, &routing.says("b", "one")).await;
    let parked = bench.parked().await;
    assert_eq!(parked.len(), 1);
    assert_eq!((parked[0].subject.clone(), parked[0].code.as_str()), (complaint("a"), "not-understood"));
    assert!(parked[0].reason.contains("work.queued has no version 3"), "{}", parked[0].reason);
    assert_eq!(bench.lines(&complaint("a")).await, lines, "it is not guessed, and what came after it waits");
    assert_eq!(bench.lines(&complaint("b")).await, ["routing: one"], "other subjects go on");

    // A program that does not know the version cannot handle it when it is asked to, either.
    let replay = super::toy::settle("1", "a", "parked.replay", parked[0].id);
    assert_eq!(super::bench::code(&replica.order(replay).await), "replay-failed");
    let dropped = super::toy::settle("2", "a", "parked.drop", parked[0].id);
    assert_eq!(super::bench::code(&replica.order(dropped).await), "done");
    replica.quiet().await;
    assert_eq!(bench.lines(&complaint("a")).await.last().unwrap(), "routing: after");
    replica.end().await;
}
