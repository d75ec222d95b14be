//! The shell dies between any two of its steps: nothing that was acknowledged or answered is lost, nothing is twice.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contracts::ServiceName;
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use runtime::shell::{Acknowledge, Delivered};

use super::bench::{Bench, code};
use super::toy::{Message, Source, command, complaint};

#[derive(Default)]
struct Promised {
    acknowledged: Mutex<BTreeSet<usize>>,
    answered: Mutex<BTreeSet<usize>>,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_promised_is_there_after_any_crash() {
    let bench = Bench::new().await;
    let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut intake = Source::new(ServiceName::Intake);
    let messages: Vec<Message> =
        (0..150).map(|nth| intake.says(&format!("s{}", nth % 6), "number note:event chain")).collect();
    let promised = Arc::new(Promised::default());
    for round in 0.. {
        let replica = bench.start();
        let feeding = tokio::spawn(feed(replica.inlet.clone(), messages.clone(), Arc::clone(&promised)));
        if round < 40 {
            tokio::time::sleep(Duration::from_micros(u64::from(rng.next_u32() % 12_000))).await;
            // As a kill would: whatever it is doing, it does no more.
            replica.task.abort();
            feeding.abort();
            drop(replica);
        } else {
            feeding.await.unwrap();
            replica.quiet().await;
            replica.end().await;
            break;
        }
        let kept = bench.count("note").await;
        let promises = promised.acknowledged.lock().unwrap().len() + promised.answered.lock().unwrap().len();
        assert!(kept >= i64::try_from(promises).unwrap(), "{kept} effects, {promises} promises");
    }
    assert_eq!(promised.acknowledged.lock().unwrap().len(), 150);
    assert_eq!(bench.count("note").await, 150 + 60);
    let mut numbers: Vec<u32> = Vec::new();
    for nth in 0..6 {
        let subject = complaint(&format!("s{nth}"));
        let lines = bench.lines(&subject).await;
        numbers.extend(
            lines.iter().filter_map(|l| l.split_once("number-")).map(|(_, n)| n.parse::<u32>().unwrap()),
        );
        bench.verify(&[subject]).await;
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=210).collect::<Vec<_>>());
    assert_eq!((bench.count("held").await, bench.count("parked").await), (0, 0));
}

/// Delivers what was not acknowledged and orders what was not answered, as a stream and a gateway would.
async fn feed(inlet: runtime::shell::Inlet, messages: Vec<Message>, promised: Arc<Promised>) {
    for (nth, message) in messages.into_iter().enumerate() {
        if !promised.acknowledged.lock().unwrap().contains(&nth) {
            let note = Arc::clone(&promised);
            let acknowledge = Acknowledge::by(move || {
                note.acknowledged.lock().unwrap().insert(nth);
            });
            let delivered = Delivered { headers: message.headers, body: message.body, acknowledge };
            if inlet.event(delivered).await.is_err() {
                return;
            }
        }
    }
    let orders: Vec<_> = (0..60).filter(|nth| !promised.answered.lock().unwrap().contains(nth)).collect();
    let given = orders.iter().map(|nth| {
        let order = command(&format!("key-{nth}"), &format!("s{}", nth % 6), "number note:order");
        let (inlet, promised) = (inlet.clone(), Arc::clone(&promised));
        async move {
            let answer = inlet.command(order).await;
            assert!(
                matches!(code(&answer), "done" | "repeated" | "outcome-unknown" | "unavailable"),
                "{answer:?}"
            );
            if matches!(code(&answer), "done" | "repeated") {
                promised.answered.lock().unwrap().insert(*nth);
            }
        }
    });
    futures::future::join_all(given).await;
}

#[tokio::test]
async fn a_stop_finishes_what_is_waiting() {
    let bench = Bench::new().await;
    let shell = bench.shell(super::bench::options());
    let mut intake = Source::new(ServiceName::Intake);
    for nth in 0..50 {
        let message = intake.says(&format!("s{nth}"), "note:x");
        shell.inlet().event(bench.delivered(message)).await.unwrap();
    }
    let inlet = shell.inlet();
    let replica = super::bench::run(shell);
    replica.end().await;
    assert_eq!(bench.acknowledged.load(Ordering::SeqCst), 50);
    assert_eq!(bench.count("note").await, 50);
    assert!(inlet.event(bench.delivered(intake.says("z", "late"))).await.is_err());
    assert_eq!(code(&inlet.command(command("k", "a", "")).await), "unavailable");
}
