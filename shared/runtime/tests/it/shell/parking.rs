//! One bad input harms no other, and a person settles it.

use std::time::{Duration, Instant};

use contracts::ServiceName;
use contracts::commands::Actor;
use runtime::shell::ShellHandle;

use super::bench::{Bench, code, options, run};
use super::toy::{Source, command, complaint, settle};

#[tokio::test]
async fn one_bad_input_parks_alone_wherever_it_stands_in_the_batch() {
    for bad in ["panic", "say:spoil", "bad-note", "refuse", "spoil", "nul\u{0}"] {
        let bench = Bench::new().await;
        let mut intake = Source::new(ServiceName::Intake);
        let shell = bench.shell(options());
        for nth in 0..9 {
            let text = if nth == 5 { bad } else { "number note:x" };
            let message = intake.says(&format!("s{nth}"), text);
            shell.inlet().event(bench.delivered(message)).await.unwrap();
        }
        // Behind the bad one: held. Before it: applied.
        for text in ["after-1", "after-2"] {
            shell.inlet().event(bench.delivered(intake.says("s5", text))).await.unwrap();
        }
        let replica = run(shell);
        replica.quiet().await;
        let parked = bench.parked().await;
        assert_eq!(parked.len(), 1, "{bad}");
        assert_eq!((&parked[0].subject, parked[0].attempts), (&complaint("s5"), 1), "{bad}");
        assert_eq!((bench.count("note").await, bench.count("held").await), (8, 2), "{bad}");
        assert_eq!(bench.acknowledged(), 11, "{bad}");
        assert!(bench.lines(&complaint("s5")).await.is_empty(), "{bad}");
        let n = bench.lines(&complaint("s8")).await;
        assert_eq!(n.last().unwrap(), "approval: number-8", "{bad}");
        replica.end().await;
    }
}

#[tokio::test]
async fn a_bad_held_event_does_not_hold_its_predecessor_back() {
    for bad in ["panic", "say:spoil", "bad-note"] {
        let bench = Bench::new().await;
        let replica = bench.start();
        let mut intake = Source::new(ServiceName::Intake);
        let said = ["one", bad, "three"].map(|text| intake.says("a", text));
        for message in said.iter().rev() {
            replica.hear(&bench, message).await;
        }
        assert_eq!(bench.lines(&complaint("a")).await, ["intake: one"], "{bad}");
        let parked = bench.parked().await;
        assert_eq!((parked.len(), bench.count("held").await), (1, 1), "{bad}");

        let order = settle("drop", "a", "parked.drop", parked[0].id);
        assert_eq!(code(&replica.order(order).await), "done");
        replica.quiet().await;
        let lines = ["intake: one", "approval: settled 2 Dropped", "intake: three"];
        assert_eq!(bench.lines(&complaint("a")).await, lines, "{bad}");
        assert_eq!((bench.parked().await.len(), bench.count("held").await), (0, 0));
        bench.verify(&[complaint("a")]).await;
        replica.end().await;
    }
}

#[tokio::test]
async fn a_parked_event_is_replayed_when_it_can_be_handled_and_not_before() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let mut intake = Source::new(ServiceName::Intake);
    // It cannot be stored as long as notes may not be "x".
    sqlx::query("alter table note add constraint no_x check (text <> 'x')")
        .execute(&bench.pool)
        .await
        .unwrap();
    for text in ["note:x say:noted", "two"] {
        replica.hear(&bench, &intake.says("a", text)).await;
    }
    let parked = bench.parked().await;
    assert!(parked[0].reason.contains("no_x"), "{}", parked[0].reason);
    let replay = |key: &str| settle(key, "a", "parked.replay", parked[0].id);
    assert_eq!(code(&replica.order(replay("1")).await), "internal");
    assert_eq!(bench.parked().await.len(), 1);

    let mut stranger = replay("2");
    stranger.actor = Actor::Customer;
    assert_eq!(code(&replica.order(stranger).await), "not-allowed");
    let mut elsewhere = replay("3");
    elsewhere.subject = complaint("b");
    assert_eq!(code(&replica.order(elsewhere).await), "not-found");

    sqlx::query("alter table note drop constraint no_x").execute(&bench.pool).await.unwrap();
    assert_eq!(code(&replica.order(replay("1")).await), "done");
    assert_eq!(code(&replica.order(replay("1")).await), "repeated");
    assert_eq!(code(&replica.order(replay("4")).await), "wrong-stage");
    let lines =
        ["intake: note:x say:noted", "approval: noted", "approval: settled 1 Replayed", "intake: two"];
    assert_eq!(bench.lines(&complaint("a")).await, lines);
    assert_eq!(bench.count("note").await, 1);
    bench.verify(&[complaint("a")]).await;
    replica.end().await;
}

#[tokio::test]
async fn a_replay_that_fails_again_is_refused() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let mut intake = Source::new(ServiceName::Intake);
    for (id, text) in [("a", "panic"), ("b", "say:spoil"), ("c", "refuse")] {
        replica.hear(&bench, &intake.says(id, text)).await;
    }
    replica.hear(&bench, &intake.says_raw("d", "never.heard_of", b"{}")).await;
    let before = bench.everything().await;
    for parked in bench.parked().await {
        let order = settle("key", &parked.subject.id, "parked.replay", parked.id);
        assert_eq!(code(&replica.order(order).await), "replay-failed");
    }
    assert_eq!(bench.everything().await, before);
    replica.end().await;
}

#[tokio::test]
async fn a_state_that_cannot_be_read_concerns_only_its_subject() {
    let bench = Bench::new().await;
    let replica = bench.start();
    replica.order(command("1", "a", "say:x")).await;
    sqlx::query("update head set state = '{\"lines\": 7}' where id = 'a'")
        .execute(&bench.pool)
        .await
        .unwrap();
    let orders = vec![command("2", "a", "say:y"), command("3", "b", "say:y"), command("4", "c", "peek:a")];
    let answers = replica.inlet.commands(orders).await;
    assert_eq!(answers.iter().map(code).collect::<Vec<_>>(), ["internal", "done", "internal"]);
    let mut intake = Source::new(ServiceName::Intake);
    replica.hear(&bench, &intake.says("a", "one")).await;
    assert_eq!(bench.parked().await.len(), 1);

    sqlx::query("update head set state = '{\"lines\": []}' where id = 'a'")
        .execute(&bench.pool)
        .await
        .unwrap();
    let order = settle("5", "a", "parked.replay", bench.parked().await[0].id);
    assert_eq!(code(&replica.order(order).await), "done");
    assert_eq!(bench.lines(&complaint("a")).await[0], "intake: one");
    replica.end().await;
}

#[tokio::test]
async fn a_lost_connection_is_no_attempt_and_loses_nothing() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let mut intake = Source::new(ServiceName::Intake);
    let killer = tokio::spawn({
        let admin = bench.database.pool(1).await.unwrap();
        async move {
            for _ in 0..30 {
                let kill = "select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and pid <> pg_backend_pid()";
                sqlx::query(kill).execute(&admin).await.unwrap();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    });
    for nth in 0..200 {
        let message = intake.says(&format!("s{}", nth % 7), "number note:x");
        replica.inlet.event(bench.delivered(message)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    killer.await.unwrap();
    replica.quiet().await;
    assert_eq!((bench.count("note").await, bench.count("parked").await), (200, 0));
    assert_eq!(bench.acknowledged(), 200);
    replica.end().await;
}

/// Who waits for quiet looks at one number. It must not read zero while a batch hands on what it left to the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_batch_leaves_to_the_next_is_pending_all_the_while() {
    let bench = Bench::new().await;
    let replica = bench.start();
    let mut intake = Source::new(ServiceName::Intake);
    for round in 0..20 {
        let id = format!("s{round}");
        // The one that cannot be stored is found alone; what it draws after it is left to the next batch.
        let said = ["one", "bad-note", "three"].map(|text| intake.says(&id, text));
        for message in said[1..].iter().rev() {
            replica.hear(&bench, message).await;
        }
        let watcher = std::thread::spawn({
            let handle = replica.handle.clone();
            move || first_quiet(&handle)
        });
        replica.inlet.event(bench.delivered(said[0].clone())).await.unwrap();
        while bench.count("parked").await <= round {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        replica.quiet().await;
        let told = tokio::task::spawn_blocking(move || watcher.join().unwrap()).await.unwrap();
        assert!(told.is_none_or(|handled| handled == replica.handle.handled()), "too early in round {round}");
    }
    replica.end().await;
}

/// How many inputs were done when nothing was pending any more, unless that was too short a moment to be seen.
fn first_quiet(handle: &ShellHandle) -> Option<u64> {
    let (began, mut busy) = (Instant::now(), false);
    while began.elapsed() < Duration::from_millis(500) {
        if handle.pending() > 0 {
            busy = true;
        } else if busy {
            return Some(handle.handled());
        }
    }
    None
}
