//! Rebuilding: everything is forgotten at once, comes back from the journals, and work goes on meanwhile.

use std::sync::atomic::{AtomicUsize, Ordering};

use analytics::State;
use contracts::{ServiceName, SubjectRef};

use super::bench::{Bench, Journals, complaint};
use super::story::{Saying, at, closed, registered, story};

fn whole_story(journals: &mut Journals, subject: &SubjectRef) {
    for saying in story().iter().flatten() {
        journals.say(subject, saying);
    }
}

#[tokio::test]
async fn the_ledger_comes_back_the_same() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for n in 1..=20 {
        whole_story(&mut journals, &complaint(n));
    }
    bench.hear(&journals.said).await;
    let before = bench.tables().await;
    assert_eq!(analytics::rebuild::begin(&bench.pool).await.unwrap(), 20);
    assert!(bench.tables().await.is_empty());
    assert_eq!(bench.state(&complaint(1)).await, State::Unknown);
    // What comes before its predecessors are back is held until they are.
    let late: Vec<_> = journals.said.iter().rev().take(300).rev().cloned().collect();
    bench.hear(&late).await;
    bench.hear(&journals.said).await;
    settled(&bench).await;
    assert_eq!(bench.tables().await, before);
    bench.stop().await;
}

/// Waits until nothing is held any more.
async fn settled(bench: &Bench) {
    for _ in 0..2000 {
        let held: i64 = sqlx::query_scalar("select count(*) from held").fetch_one(&bench.pool).await.unwrap();
        if held == 0 {
            return bench.hear(&[]).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("events are held after ten seconds");
}

/// Into how many parts the events are divided, and how often everything is forgotten.
const PARTS: usize = 8;

#[tokio::test]
async fn rebuilding_again_and_again_while_events_come_loses_and_doubles_nothing() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    for n in 1..=150 {
        whole_story(&mut journals, &complaint(n));
    }
    let (inlet, said, rebuilt) = (bench.inlet.clone(), journals.said.clone(), AtomicUsize::new(0));
    let part = said.len().div_ceil(PARTS);
    let feeding = async {
        for (fed, events) in said.chunks(part).enumerate() {
            Bench::deliver(&inlet, events).await;
            // However fast events are handled, everything is forgotten in between, too.
            while rebuilt.load(Ordering::SeqCst) <= fed {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
    };
    let rebuilding = async {
        while rebuilt.load(Ordering::SeqCst) < PARTS {
            analytics::rebuild::begin(&bench.pool).await.expect("no deadlock with the shell");
            rebuilt.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::join!(feeding, rebuilding);
    // What the sources' journals give when heads are compared.
    bench.hear(&journals.said).await;
    settled(&bench).await;
    let counts = bench.ask("counts", serde_json::Value::Null).await;
    assert_eq!((&counts["totals"]["registered"], &counts["totals"]["closed"]), (&150.into(), &150.into()));
    assert_eq!(counts["totals"]["executed_fen"], 150 * 12_050, "money is counted once");
    let expected = bench.state(&complaint(1)).await;
    for n in 2..=150 {
        assert_eq!(bench.state(&complaint(n)).await, expected);
    }
    let rows: i64 =
        sqlx::query_scalar("select count(*) from stage_time").fetch_one(&bench.pool).await.unwrap();
    assert_eq!(rows, 150 * 6);
    bench.stop().await;
}

#[tokio::test]
async fn the_ledger_goes_on_after_a_rebuilding() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    let saying = |at, event| Saying { source: ServiceName::Routing, at, event };
    let record = Saying { source: ServiceName::Intake, at: at(0), event: registered("TS-1", false).into() };
    journals.say(&complaint(1), &record);
    bench.hear(&journals.said).await;
    analytics::rebuild::begin(&bench.pool).await.unwrap();
    let news = journals.say(&complaint(1), &saying(at(9), closed().into()));
    bench.hear(&[news]).await;
    bench.hear(&journals.said).await;
    settled(&bench).await;
    let page = bench.ask("ledger", serde_json::json!({"open": false})).await;
    assert_eq!(page["cases"][0]["number"], "TS-1");
    bench.stop().await;
}

#[tokio::test]
async fn cases_from_before_their_kind_was_kept_are_read_again() {
    let (bench, mut journals) = (Bench::start().await, Journals::default());
    whole_story(&mut journals, &complaint(1));
    bench.hear(&journals.said).await;
    let (migration, before) =
        (include_str!("../../migrations/1006_kind_of_old_cases.sql"), bench.tables().await);
    sqlx::raw_sql(migration).execute(&bench.pool).await.unwrap();
    assert_eq!(bench.tables().await, before, "there are none");
    sqlx::query("update case_fact set kind = null, liable = null").execute(&bench.pool).await.unwrap();
    let came_after =
        "truncate ownership_quarter, registered_quarter, closed_quarter, ran_out_quarter, open_place";
    sqlx::query(came_after).execute(&bench.pool).await.unwrap();
    sqlx::raw_sql(migration).execute(&bench.pool).await.unwrap();
    assert!(bench.tables().await.is_empty());
    bench.hear(&journals.said).await;
    settled(&bench).await;
    assert_eq!(bench.tables().await, before);
    bench.stop().await;
}
