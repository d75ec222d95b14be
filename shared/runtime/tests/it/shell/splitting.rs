//! Any split of the inputs into batches gives the same journal.

use std::time::Duration;

use contracts::ServiceName;
use contracts::commands::Command;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use runtime::shell::ShellOptions;

use super::bench::{Bench, options, run};
use super::toy::{Message, Source, command};

#[derive(Clone)]
enum Given {
    Event(Message),
    Order(Command),
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event(Message { headers, body }) => {
                let header =
                    |name: &str| headers.iter().find(|(known, _)| known == name).map_or("", |(_, v)| v);
                let name = serde_json::from_slice::<serde_json::Value>(body).unwrap()["by"]["name"].clone();
                write!(
                    f,
                    "{} {} #{} {name}",
                    header("ce-source"),
                    header("ce-subject"),
                    header("ce-sequence")
                )
            }
            Self::Order(command) => write!(f, "{} {} {}", command.id, command.subject, command.body),
        }
    }
}

const ACTS: &[&str] = &[
    "plain",
    "number",
    "number add:p note:n",
    "say:one say:two",
    "chain",
    "peek:a number",
    "add:q free:q",
    "timer:t@60",
    "cancel:t",
    "word:投诉 number",
    "word:x shred",
    "panic",
    "say:spoil",
    "bad-note",
    "refuse",
    "spoil",
    "number bad-note",
];

/// Inputs in an order of arrival: shuffled, some of them twice, bad ones among them.
fn inputs() -> impl Strategy<Value = Vec<Given>> {
    let one = (0..3_usize, 0..4_usize, 0..ACTS.len(), any::<bool>(), 0..60_usize);
    prop::collection::vec(one, 20..60).prop_map(|drawn| {
        let (mut intake, mut routing) = (Source::new(ServiceName::Intake), Source::new(ServiceName::Routing));
        let mut arrivals = Vec::new();
        for (nth, (kind, subject, act, twice, late)) in drawn.into_iter().enumerate() {
            let (id, act) = (["a", "b", "c", "d"][subject], ACTS[act]);
            let given = match kind {
                0 => Given::Event(intake.says(id, act)),
                1 => Given::Event(routing.says(id, act)),
                _ => Given::Order(command(&format!("key-{}", nth / 2), id, act)),
            };
            // Some come late, so that others are held for them.
            let late = if late < 12 { late } else { 0 };
            arrivals.push((nth + late, given.clone()));
            if twice {
                arrivals.push((nth + late / 2 + 3, given));
            }
        }
        arrivals.sort_by_key(|(at, _)| *at);
        arrivals.into_iter().map(|(_, given)| given).collect()
    })
}

/// Everything that is written when these inputs wait and are taken in batches of at most `batch_max`.
async fn written(given: &[Given], batch_max: usize) -> Vec<String> {
    let bench = Bench::new().await;
    let patience = Duration::from_secs(60);
    let shell = bench.shell(ShellOptions { batch_max, patience, ..options() });
    let inlet = shell.inlet();
    let mut answers = Vec::new();
    for one in given {
        match one {
            Given::Event(message) => inlet.event(bench.delivered(message.clone())).await.unwrap(),
            Given::Order(order) => {
                let (inlet, order) = (inlet.clone(), order.clone());
                let mut answer = Box::pin(async move { inlet.command(order).await });
                assert!(futures::poll!(&mut answer).is_pending());
                answers.push(answer);
            }
        }
    }
    let replica = run(shell);
    let answers = futures::future::join_all(answers).await;
    replica.quiet().await;
    replica.end().await;
    let subjects = ["a", "b", "c", "d"].map(super::toy::complaint);
    for subject in subjects {
        if bench.head(&subject).await.is_some() {
            bench.verify(&[subject]).await;
        }
    }
    let mut found = bench.everything().await;
    found.extend(answers.iter().map(|answer| format!("answer {answer:?}")));
    bench.pool.close().await;
    found
}

#[test]
fn any_split_of_the_inputs_into_batches_gives_the_same_journal() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // One database is held throughout, so that the server stays.
    let _keep = runtime.block_on(testkit::postgres()).unwrap();
    let config = Config { cases: 8, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    runner
        .run(&inputs(), |given| {
            let one_by_one = runtime.block_on(written(&given, 1));
            for batch_max in [3, 10, 500] {
                let split = runtime.block_on(written(&given, batch_max));
                let missing: Vec<_> = one_by_one.iter().filter(|line| !split.contains(line)).collect();
                let added: Vec<_> = split.iter().filter(|line| !one_by_one.contains(line)).collect();
                prop_assert!(
                    one_by_one == split,
                    "batches of {}: {:#?} became {:#?}",
                    batch_max,
                    missing,
                    added
                );
            }
            Ok(())
        })
        .unwrap();
}
