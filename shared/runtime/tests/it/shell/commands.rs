//! Commands: once per id, refused without a trace, look-ups, words.

use std::time::Duration;

use contracts::WordId;
use contracts::commands::Answer;
use futures::future::join_all;
use runtime::shell::{ShellOptions, open_words};
use serde_json::json;

use super::bench::{Bench, code, options, ring, run};
use super::toy::{Toy, command, complaint, organisation};
use runtime::service::Service as _;

#[tokio::test]
async fn the_same_id_gives_the_first_answer_and_another_order_is_refused() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let first = replica.order(command("key", "a", "say:hello")).await;
    assert_eq!(first, Answer::Done { version: 1, repeated: false, body: json!({ "lines": 0 }) });
    let again = replica.order(command("key", "a", "say:hello")).await;
    assert_eq!(again, Answer::Done { version: 1, repeated: true, body: json!({ "lines": 0 }) });
    for other in [command("key", "a", "say:bye"), command("key", "b", "say:hello")] {
        assert_eq!(code(&replica.order(other).await), "idempotency-key-reused");
    }
    let together: Vec<_> = (0..20).map(|_| replica.order(command("twin", "c", "number"))).collect();
    let answers = join_all(together).await;
    assert_eq!(answers.iter().filter(|answer| code(answer) == "done").count(), 1);
    assert_eq!(answers.iter().filter(|answer| code(answer) == "repeated").count(), 19);
    assert_eq!(bench.lines(&complaint("c")).await, ["approval: number-1"]);
    replica.end().await;
}

#[tokio::test]
async fn a_refused_command_writes_nothing_and_is_not_remembered() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let before = bench.everything().await;
    for (key, act, expected) in [
        ("1", "refuse", "wrong-stage"),
        ("2", "number refuse", "wrong-stage"),
        ("3", "panic", "internal"),
        ("4", "say:spoil", "internal"),
        ("5", "say:x bad-note", "internal"),
    ] {
        assert_eq!(code(&replica.order(command(key, "a", act)).await), expected, "{act}");
    }
    let mut unknown = command("6", "a", "");
    unknown.verb = "undo".into();
    assert_eq!(code(&replica.order(unknown).await), "not-found");
    assert_eq!(bench.everything().await, before);
    assert_eq!(code(&replica.order(command("1", "a", "number")).await), "done");

    // Refused and accepted in one batch: the refused ones leave neither head nor placeholder.
    let orders = vec![command("7", "b", "number refuse"), command("8", "c", "say:x")];
    let answers = replica.inlet.commands(orders).await;
    assert_eq!(answers.iter().map(code).collect::<Vec<_>>(), ["wrong-stage", "done"]);
    assert!(bench.head(&complaint("b")).await.is_none());
    replica.end().await;
}

#[tokio::test]
async fn the_version_that_was_read_must_be_the_current_one() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let expecting = |key: &str, version| {
        let mut command = command(key, "a", "say:x");
        command.expected_version = Some(version);
        command
    };
    assert_eq!(code(&replica.order(expecting("1", 0)).await), "done");
    let stale = replica.order(expecting("2", 0)).await;
    let Answer::Refused { problem } = &stale else { panic!("{stale:?}") };
    assert_eq!((code(&stale), problem.expected.as_deref()), ("stale-version", Some("1")));
    assert_eq!(code(&replica.order(expecting("2", 1)).await), "done");
    replica.end().await;
}

#[tokio::test]
async fn look_ups_are_fetched_until_the_decision_sees_all_and_later_inputs_see_earlier_changes() {
    let bench = Bench::new().await;
    let replica = bench.start();
    assert_eq!(code(&replica.order(command("0", "a", "chain")).await), "done");
    let orders = vec![
        command("1", "a", "number add:p1"),
        command("2", "b", "number add:p1 peek:a"),
        command("3", "a", "number peek:b peek:nobody"),
        command("4", "c", "free:p2 add:p1"),
    ];
    let answers = replica.inlet.commands(orders).await;
    assert!(answers.iter().all(|answer| code(answer) == "done"), "{answers:?}");
    let lines = |id: &'static str| {
        let bench = &bench;
        async move { bench.lines(&complaint(id)).await }
    };
    assert_eq!(lines("b").await, ["approval: number-2", "approval: peeked-2"]);
    assert_eq!(lines("a").await[2..], ["approval: number-3", "approval: peeked-2", "approval: peeked--1"]);
    let entries: Vec<_> = bench.everything().await.into_iter().filter(|l| l.starts_with("entry")).collect();
    assert_eq!(entries, ["entry counter number 3", "entry load p1 3"]);
    bench.verify(&[complaint("a"), complaint("b"), complaint("c")]).await;
    replica.end().await;
}

#[tokio::test]
async fn texts_are_kept_sealed_and_shredded() {
    let bench = Bench::new().await;
    let replica = bench.start();
    replica.order(command("1", "a", "word:冰箱坏了")).await;
    replica.order(command("2", "b", "word:还没修好")).await;
    let id = |line: &str| WordId(line.rsplit_once("kept-").unwrap().1.parse().unwrap());
    let ids = [id(&bench.lines(&complaint("a")).await[0]), id(&bench.lines(&complaint("b")).await[0])];
    let open =
        || async { open_words(&bench.pool, &ring(), Toy.name(), &organisation(), &ids).await.unwrap() };
    assert_eq!(open().await.get(&ids[0]).map(String::as_str), Some("冰箱坏了"));
    let sealed: Vec<u8> = sqlx::query_scalar("select sealed from word where id = $1")
        .bind(ids[0].0)
        .fetch_one(&bench.pool)
        .await
        .unwrap();
    assert!(!sealed.windows(6).any(|part| part == "冰箱".as_bytes()));
    replica.order(command("3", "a", "word:早先 shred")).await;
    assert_eq!(open().await.into_values().collect::<Vec<_>>(), ["还没修好"]);
    replica.end().await;
}

#[tokio::test]
async fn a_full_queue_and_a_dead_store_are_said_and_never_silent() {
    let bench = Bench::new().await;
    let patience = Duration::from_millis(300);
    let tight = ShellOptions { queue_max: 4, patience, ..options() };
    let shell = bench.shell(tight.clone());
    let inlet = shell.inlet();
    let waiting: Vec<_> = (0..9)
        .map(|n| {
            let inlet = inlet.clone();
            tokio::spawn(async move { inlet.command(command(&n.to_string(), "a", "number")).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let replica = run(shell);
    let answers = join_all(waiting).await;
    let count = |wanted: &str| answers.iter().filter(|a| code(a.as_ref().unwrap()) == wanted).count();
    assert_eq!((count("done"), count("unavailable")), (4, 5));

    bench.pool.close().await;
    let answer = replica.order(command("late", "a", "number")).await;
    assert_eq!(code(&answer), "unavailable");
    replica.end().await;
}
