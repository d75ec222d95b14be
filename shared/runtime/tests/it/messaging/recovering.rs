use std::time::{Duration, Instant};

use contracts::subjects;
use testkit::proxy::{Proxy, local};

use super::{HEARS, Node, TELLER, TELLS, assert_whole, database, nats, setup, wait};

async fn say(teller: &Node, subjects: usize, times: u64) {
    for number in 0..subjects {
        teller.say(&format!("s{number}"), "a", times).await;
    }
    teller.until_published().await;
}

/// From here on the journal alone has what was said.
async fn forget_the_outbox(teller: &Node) {
    sqlx::query("delete from outbox").execute(&teller.pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_stream_no_longer_has_is_asked_of_the_journal() {
    let (mut nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    say(&teller, 30, 40).await;
    forget_the_outbox(&teller).await;
    nats.lose_storage().await.unwrap();
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    wait("everything is recovered", async || hearer.heard().await == 1200).await;
    assert_whole(&teller, &hearer, 30, 1200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hole_in_the_middle_is_asked_for_when_a_successor_is_held() {
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    say(&teller, 5, 20).await;
    forget_the_outbox(&teller).await;
    let streams = nats.streams().await.unwrap();
    for sequence in [3, 4, 27, 50, 51, 52] {
        streams.delete_message(subjects::event_stream(TELLER), sequence).await.unwrap();
    }
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    wait("the holes are filled", async || hearer.heard().await == 100).await;
    assert_whole(&teller, &hearer, 5, 100).await;
    assert_eq!(hearer.count("select count(*) from held").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_lost_while_it_is_heard_alarms_the_listener() {
    let (mut nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    say(&teller, 5, 10).await;
    wait("it is heard", async || hearer.heard().await == 50).await;
    // Said, lost with the storage, and known to no outbox: only comparing heads can find it.
    nats.kill().await.unwrap();
    for number in 0..5 {
        teller.say(&format!("s{number}"), "lost", 10).await;
    }
    forget_the_outbox(&teller).await;
    nats.delete_storage().unwrap();
    nats.restart().await.unwrap();
    wait("it is recovered", async || hearer.heard().await == 100).await;
    assert_whole(&teller, &hearer, 5, 100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_on_its_way_when_the_connection_broke_is_asked_for_at_once() {
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let wire = Proxy::start(local(nats.port())).await.unwrap();
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let url = format!("nats://{}", wire.address());
    let hearer = Node::start_at(&url, setup(HEARS), &heard).await;
    say(&teller, 5, 10).await;
    wait("it is heard", async || hearer.heard().await == 50).await;
    wire.hold();
    for number in 0..5 {
        teller.say(&format!("s{number}"), "lost", 1).await;
    }
    teller.until_published().await;
    // For the server they are delivered, to a connection that never gives them out.
    tokio::time::sleep(Duration::from_millis(500)).await;
    wire.cut();
    wire.restore();
    let begun = Instant::now();
    wait("it is recovered", async || hearer.heard().await == 55).await;
    // The stream gives them again after `ack_wait`, half a minute.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_whole(&teller, &hearer, 5, 55).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconciling_finds_what_was_not_heard_and_what_was_changed() {
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    say(&teller, 3, 4).await;
    assert_whole(&teller, &hearer, 3, 12).await;

    let patience = std::time::Duration::from_millis(300);
    let hears = [(TELLER, &[][..]), (super::HEARER, &[TELLER][..])];
    let ahead = "update head set cursors = jsonb_set(cursors, '{intake,sequence}', '9') where id = 's0'";
    sqlx::query(ahead).execute(&hearer.pool).await.unwrap();
    let report = runtime::reconcile::reconcile(&teller.bus, &hears, patience).await.unwrap();
    assert_eq!((report.differences, report.broken_chains), (1, 0), "{report:#?}");
    sqlx::query("update head set cursors = '{}'").execute(&hearer.pool).await.unwrap();
    let report = runtime::reconcile::reconcile(&teller.bus, &hears, patience).await.unwrap();
    assert_eq!(report.differences, 3, "{report:#?}");

    for sql in [
        "alter table journal disable trigger journal_is_append_only",
        "update journal set body = body || ' ' where id = 's1' and sequence = 2",
    ] {
        sqlx::query(sql).execute(&teller.pool).await.unwrap();
    }
    let report = runtime::reconcile::reconcile(&teller.bus, &hears, patience).await.unwrap();
    assert_eq!(report.broken_chains, 1, "{report:#?}");
    assert!(report.broken[0].contains("event 2 of huarun:complaint/s1"), "{:?}", report.broken);
    assert!(!report.is_whole());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_is_away_does_not_keep_the_gaps_of_another_open() {
    const HEARS_BOTH: super::Small =
        super::Small { name: super::HEARER, sources: &[contracts::ServiceName::Approval, TELLER] };
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS_BOTH), &heard, &nats).await;
    // Older than any other gap, and of a source that nobody runs.
    let hold = "insert into held (organisation, kind, id, source, sequence, headers, body, received_at)
                values ('huarun', 'complaint', 'other', 'approval', 2, '[]', '{}', now() - interval '1 hour')";
    sqlx::query(hold).execute(&hearer.pool).await.unwrap();
    // The heads are compared once at the start; after that only gaps are asked for.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    for sql in [
        "create function lose_one() returns trigger language plpgsql as $$
         begin if new.position = 13 then return null; end if; return new; end $$",
        "create trigger lose_one before insert on outbox for each row execute function lose_one()",
    ] {
        sqlx::query(sql).execute(&teller.pool).await.unwrap();
    }
    say(&teller, 2, 10).await;
    wait("the hole is filled", async || hearer.heard().await == 20).await;
    hearer.stop().await;
    teller.stop().await;
}
