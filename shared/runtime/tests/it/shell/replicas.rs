//! Two shells on one database and the same subjects.

use std::collections::BTreeSet;

use contracts::ServiceName;
use futures::future::join_all;
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::bench::{Bench, code};
use super::toy::{Source, command, complaint};

const SUBJECTS: [&str; 5] = ["a", "b", "c", "d", "e"];

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_lose_nothing_and_do_nothing_twice() {
    let bench = Bench::new().await;
    let replicas = [bench.start(), bench.start()];
    let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let (mut intake, mut routing) = (Source::new(ServiceName::Intake), Source::new(ServiceName::Routing));
    let mut messages = Vec::new();
    for nth in 0..400 {
        let id = SUBJECTS[rng.next_u32() as usize % SUBJECTS.len()];
        let source = if nth % 2 == 0 { &mut intake } else { &mut routing };
        messages.push((id, source.says(id, &format!("number add:p say:e{nth} chain"))));
    }
    // Shuffled within a window, and a third of them twice.
    for at in 0..messages.len() {
        let other = (at + rng.next_u32() as usize % 12).min(messages.len() - 1);
        messages.swap(at, other);
    }
    let mut orders = Vec::new();
    for (nth, (_, message)) in messages.iter().enumerate() {
        for _ in 0..1 + usize::from(nth % 3 == 0) {
            let replica = &replicas[rng.next_u32() as usize % 2];
            replica.inlet.event(bench.delivered(message.clone())).await.unwrap();
        }
        if nth % 4 == 0 {
            // The same command at both.
            let order = command(&format!("key-{nth}"), SUBJECTS[nth % 5], "number add:p");
            for replica in &replicas {
                let (inlet, order) = (replica.inlet.clone(), order.clone());
                orders.push(tokio::spawn(async move { inlet.command(order).await }));
            }
        }
    }
    let answers: Vec<_> = join_all(orders).await.into_iter().map(Result::unwrap).collect();
    for replica in &replicas {
        replica.quiet().await;
    }
    for pair in answers.chunks(2) {
        let codes: BTreeSet<&str> = pair.iter().map(code).collect();
        assert_eq!(codes, BTreeSet::from(["done", "repeated"]), "{pair:?}");
    }
    check(&bench, &messages.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await;
    assert_eq!(bench.acknowledged(), 400 + 134);
    for replica in replicas {
        replica.end().await;
    }
}

async fn check(bench: &Bench, expected: &[&str]) {
    let mut numbers = BTreeSet::new();
    let mut heard = 0;
    for id in SUBJECTS {
        let lines = bench.lines(&complaint(id)).await;
        let said = |prefix: &str| lines.iter().filter(|line| line.starts_with(prefix)).count();
        heard += said("intake: ") + said("routing: ");
        assert_eq!(said("intake: ") + said("routing: "), expected.iter().filter(|of| **of == id).count());
        for source in ["intake", "routing"] {
            let of: Vec<u32> = lines
                .iter()
                .filter(|line| line.starts_with(source))
                .map(|line| line.split("say:e").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap())
                .collect();
            assert!(of.is_sorted(), "{id} {source}: {of:?}");
        }
        numbers.extend(
            lines
                .iter()
                .filter_map(|line| line.split_once("number-"))
                .map(|(_, n)| n.parse::<u32>().unwrap()),
        );
    }
    assert_eq!(heard, 400);
    assert_eq!(numbers, (1..=500).collect());
    let everything = bench.everything().await;
    assert!(everything.contains(&"entry load p 500".to_owned()));
    assert_eq!((bench.count("held").await, bench.count("parked").await), (0, 0));
    bench.verify(&SUBJECTS.map(complaint)).await;
}
