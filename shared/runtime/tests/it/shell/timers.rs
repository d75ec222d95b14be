//! Business timers: in order, once, cancelled, parked.

use std::time::Duration;

use jiff::SignedDuration;
use runtime::shell::ShellOptions;

use super::bench::{Bench, Replica, code, options};
use super::toy::{command, complaint, settle};

async fn later(bench: &Bench, replica: &Replica, seconds: i64) {
    use calendar::Clock as _;
    bench.clock.advance_to(bench.clock.now() + SignedDuration::from_secs(seconds)).unwrap();
    replica.handle.look_for_timers();
    for _ in 0..12_000 {
        let due = replica.handle.earliest_due().await.unwrap();
        if due.is_none_or(|due| due > bench.clock.now()) && replica.handle.pending() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("timers are left");
}

#[tokio::test]
async fn timers_fire_once_in_order_unless_they_are_cancelled_or_moved() {
    let bench = Bench::new().await;
    let replica = bench.start();
    replica.order(command("1", "a", "timer:late@30 timer:soon@10 timer:never@20 timer:moved@5")).await;
    replica.order(command("2", "a", "cancel:never timer:moved@25")).await;
    assert!(bench.lines(&complaint("a")).await.is_empty());
    later(&bench, &replica, 9).await;
    assert!(bench.lines(&complaint("a")).await.is_empty());
    later(&bench, &replica, 60).await;
    let lines = ["approval: soon-fired", "approval: moved-fired", "approval: late-fired"];
    assert_eq!(bench.lines(&complaint("a")).await, lines);
    later(&bench, &replica, 60).await;
    assert_eq!(bench.lines(&complaint("a")).await.len(), 3);
    assert_eq!(bench.head(&complaint("a")).await.unwrap().version, 5);
    bench.verify(&[complaint("a")]).await;
    replica.end().await;
}

#[tokio::test]
async fn a_timer_that_is_set_in_the_past_fires_at_once_and_a_bad_one_is_parked() {
    let bench = Bench::new().await;
    let replica = bench.start();
    replica.order(command("1", "a", "timer:now@0 bad-timer:bad timer:past@-5")).await;
    later(&bench, &replica, 0).await;
    assert_eq!(bench.lines(&complaint("a")).await, ["approval: past-fired", "approval: now-fired"]);
    let parked = bench.parked().await;
    assert_eq!((parked.len(), bench.count("timer").await), (1, 0));
    let order = settle("2", "a", "parked.replay", parked[0].id);
    assert_eq!(code(&replica.order(order).await), "replay-failed");
    let order = settle("3", "a", "parked.drop", parked[0].id);
    assert_eq!(code(&replica.order(order).await), "done");
    assert!(bench.parked().await.is_empty());
    replica.end().await;
}

/// After an outage far more is due than a batch takes: the rest must not wait for the next look, one batch a look.
#[tokio::test]
async fn many_timers_that_are_due_together_fire_without_waiting_for_the_next_look() {
    let bench = Bench::new().await;
    let unhurried = ShellOptions { timers_every: Duration::from_secs(60), batch_max: 8, ..options() };
    let replica = bench.start_with(unhurried);
    for nth in 0..60 {
        replica.order(command(&nth.to_string(), &format!("s{nth}"), "timer:late@30")).await;
    }
    later(&bench, &replica, 60).await;
    assert_eq!(bench.count("timer").await, 0);
    replica.end().await;
}

/// A command that is there when the backlog is looked at goes with the first batch, however fast or slow anything is: no
/// more timers fire before it than there is room beside it.
#[tokio::test]
async fn a_backlog_of_timers_does_not_keep_commands_waiting() {
    use calendar::Clock as _;
    let bench = Bench::new().await;
    let few = ShellOptions { batch_max: 8, ..options() };
    let replica = bench.start_with(few);
    for nth in 0..200 {
        replica.order(command(&nth.to_string(), &format!("s{nth}"), "timer:late@30")).await;
    }
    // On one thread nothing runs between these: the shell sees timers and command at once.
    bench.clock.advance_to(bench.clock.now() + SignedDuration::from_secs(60)).unwrap();
    replica.handle.look_for_timers();
    replica.order(command("in-between", "z", "say:x")).await;
    later(&bench, &replica, 0).await;
    let before: i64 = sqlx::query_scalar(
        "select count(*) from journal where position < (select position from journal where id = $1)",
    )
    .bind(complaint("z").id)
    .fetch_one(&bench.pool)
    .await
    .unwrap();
    assert!(before < 8, "{before} timers fired before the command");
    assert_eq!(bench.count("journal").await, 201, "and the others after it");
    replica.end().await;
}
