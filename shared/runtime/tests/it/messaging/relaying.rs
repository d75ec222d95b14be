use std::collections::BTreeSet;

use contracts::subjects;
use testkit::nats::TestNats;

use super::{HEARS, Node, TELLER, TELLS, assert_whole, compared, database, nats, setup, wait};

/// None while there is no stream.
async fn ids_on_the_stream(nats: &TestNats) -> Vec<String> {
    let streams = nats.streams().await.unwrap();
    streams.header_of_all(subjects::event_stream(TELLER), "ce-id").await.unwrap_or_default()
}

fn distinct(ids: &[String]) -> usize {
    ids.iter().collect::<BTreeSet<_>>().len()
}

async fn say_about(teller: &Node, subjects: usize, key: &str, times: u64) {
    for number in 0..subjects {
        let answer = teller.say(&format!("s{number}"), key, times).await;
        assert!(matches!(answer, contracts::commands::Answer::Done { .. }), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_said_is_published_once_in_order_and_heard_once() {
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    say_about(&teller, 20, "a", 30).await;
    teller.until_published().await;
    let ids = ids_on_the_stream(&nats).await;
    assert_eq!((ids.len(), distinct(&ids)), (600, 600));
    assert_whole(&teller, &hearer, 20, 600).await;
    teller.stop().await;
    hearer.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_server_is_killed_while_publishing() {
    let (mut nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    let saying = async {
        for round in 0..12 {
            say_about(&teller, 20, &format!("r{round}"), 10).await;
        }
    };
    let killing = async {
        for _ in 0..3 {
            tokio::time::sleep(std::time::Duration::from_millis(120)).await;
            nats.crash().await.unwrap();
        }
    };
    tokio::join!(saying, killing);
    teller.until_published().await;
    assert_whole(&teller, &hearer, 20, 2400).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lost_stream_had_acknowledged_is_published_again() {
    let (mut nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    say_about(&teller, 10, "before", 20).await;
    teller.until_published().await;
    nats.lose_storage().await.unwrap();
    say_about(&teller, 10, "after", 1).await;
    wait("all of it is on the new stream", async || distinct(&ids_on_the_stream(&nats).await) == 210).await;
    assert!(teller.count("select max(attempt)::bigint from outbox").await >= 1);
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    assert_whole(&teller, &hearer, 10, 210).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_deleted_by_hand_is_made_again_and_filled() {
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    say_about(&teller, 5, "before", 10).await;
    teller.until_published().await;
    nats.streams().await.unwrap().delete_stream(subjects::event_stream(TELLER)).await.unwrap();
    say_about(&teller, 5, "after", 10).await;
    wait("all of it is on the new stream", async || distinct(&ids_on_the_stream(&nats).await) == 100).await;
    assert_whole(&teller, &hearer, 5, 100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_tail_is_published_again_even_if_the_stream_has_grown_past_it() {
    let (mut nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    say_about(&teller, 10, "before", 20).await;
    teller.until_published().await;
    nats.kill().await.unwrap();
    nats.truncate_last_block(20_000).unwrap();
    say_about(&teller, 10, "meanwhile", 20).await;
    nats.restart().await.unwrap();
    wait("all of it is on the stream", async || distinct(&ids_on_the_stream(&nats).await) == 400).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    assert_whole(&teller, &hearer, 10, 400).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_publishing_changes_nothing_for_those_who_hear() {
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    say_about(&teller, 5, "a", 20).await;
    teller.until_published().await;
    // An old leader that did not note its acknowledgements: the server knows the message ids.
    sqlx::query("update outbox set published_at = null").execute(&teller.pool).await.unwrap();
    teller.until_published().await;
    assert_eq!(ids_on_the_stream(&nats).await.len(), 100);
    // Published again as if lost: the stream has everything twice.
    let again = "update outbox set published_at = null, attempt = attempt + 1";
    sqlx::query(again).execute(&teller.pool).await.unwrap();
    teller.until_published().await;
    let ids = ids_on_the_stream(&nats).await;
    assert_eq!((ids.len(), distinct(&ids)), (200, 100));
    assert_whole(&teller, &hearer, 5, 100).await;
    assert_eq!(compared(&teller.bus).await.in_streams().repeats, 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_replica_takes_the_lead_when_the_leader_dies() {
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let leader = Node::start(setup(TELLS), &said, &nats).await;
    say_about(&leader, 3, "a", 5).await;
    leader.until_published().await;
    let other = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    // Dropped, not stopped: what it did is cut off wherever it was.
    drop(leader);
    say_about(&other, 3, "b", 5).await;
    other.until_published().await;
    assert_whole(&other, &hearer, 3, 30).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orderly_stop_leaves_nothing_unpublished() {
    let (nats, said) = (nats().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    say_about(&teller, 10, "a", 50).await;
    teller.stop().await;
    assert_eq!(distinct(&ids_on_the_stream(&nats).await), 500);
}

/// The relay publishes what the commit before it said while the last commit comes and the stop is asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_committed_just_before_a_stop_is_published_too() {
    let (nats, said) = (nats().await, database().await);
    for round in 0..12 {
        let teller = Node::start(setup(TELLS), &said, &nats).await;
        for (key, times) in [("many", 60), ("few", 5)] {
            teller.say(&format!("r{round}"), key, times).await;
        }
        teller.stop().await;
        assert_eq!(distinct(&ids_on_the_stream(&nats).await), (round + 1) * 65, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_during_a_stop_is_tried_again() {
    let (mut nats, said) = (nats().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    say_about(&teller, 3, "a", 10).await;
    teller.until_published().await;
    nats.kill().await.unwrap();
    say_about(&teller, 3, "b", 10).await;
    let stopping = tokio::spawn(teller.stop());
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    nats.restart().await.unwrap();
    stopping.await.unwrap();
    assert_eq!(distinct(&ids_on_the_stream(&nats).await), 60);
}
