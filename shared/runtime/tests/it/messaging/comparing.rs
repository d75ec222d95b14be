//! Streams beside journals: what should not be there is found, what was lost is counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bus::{Bus, Headers, Outgoing, Stored, StreamReader};
use bytes::Bytes;
use contracts::{Envelope, subjects};
use runtime::reconcile::streams::{StreamCounts, StreamFault};
use runtime::reconcile::{Report, reconcile};

use super::{HEARER, HEARS, Node, TELLER, TELLS, assert_whole, compared, database, nats, setup, wait};

async fn say(teller: &Node, key: &str, times: u64) {
    for number in 0..5 {
        teller.say(&format!("s{number}"), key, times).await;
    }
    teller.until_published().await;
}

/// What was counted in the teller's stream.
fn told(report: &Report) -> StreamCounts {
    report.streams.iter().find(|stream| stream.source == TELLER).expect("it was compared").counts
}

/// The message that stands at this sequence of the teller's stream.
async fn message_at(bus: &Bus, sequence: u64) -> (Envelope, Stored) {
    let stream = subjects::event_stream(TELLER);
    let stored = StreamReader::new(bus.clone(), stream, sequence, sequence).read().await.unwrap().remove(0);
    (Envelope::read(|name| stored.headers.get(name)).unwrap(), stored)
}

/// Puts a message into the teller's stream, as nobody does who has a journal.
async fn plant(bus: &Bus, envelope: &Envelope, body: Bytes) {
    let message = Outgoing {
        subject: subjects::event(envelope.source, &envelope.what),
        headers: envelope.headers().into_iter().collect::<Headers>(),
        body,
        message_id: format!("planted-{}-{}", envelope.subject.id, envelope.sequence),
    };
    bus.publish(&subjects::event_stream(TELLER), vec![message]).await.remove(0).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stream_should_not_hold_is_found_and_what_it_lost_is_counted() {
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    say(&teller, "a", 20).await;
    wait("it is heard", async || hearer.heard().await == 100).await;
    let whole = StreamCounts { messages: 100, ..StreamCounts::default() };
    assert_eq!(told(&compared(&teller.bus).await), whole);

    // Lost in the middle: counted, and no difference.
    let streams = nats.streams().await.unwrap();
    let (envelope, taken) = message_at(&teller.bus, 50).await;
    for sequence in [7, 8, 50] {
        streams.delete_message(subjects::event_stream(TELLER), sequence).await.unwrap();
    }
    assert_whole(&teller, &hearer, 5, 100).await;
    let holes = StreamCounts { messages: 97, in_holes: 3, ..whole };
    assert_eq!(told(&compared(&teller.bus).await), holes);

    // Published again under another message id: a repeat.
    let again =
        "update outbox set published_at = null, attempt = attempt + 1 where stream_sequence in (20, 30)";
    sqlx::query(again).execute(&teller.pool).await.unwrap();
    teller.until_published().await;
    assert_whole(&teller, &hearer, 5, 100).await;
    let repeated = StreamCounts { messages: 99, repeats: 2, ..holes };
    assert_eq!(told(&compared(&teller.bus).await), repeated);

    // One comes back with another body; nobody who heard the first one notices.
    plant(&teller.bus, &envelope, Bytes::from([&taken.body[..], b" "].concat())).await;
    let report = compared(&teller.bus).await;
    let altered = StreamCounts { messages: 100, differences: 1, in_holes: 2, ..repeated };
    assert_eq!((told(&report), report.is_whole()), (altered, false));
    let found = &report.stream_findings[0];
    assert_eq!((found.fault, found.stream_sequence), (StreamFault::Changed, 103));
    assert_eq!((&found.subject, found.sequence), (&Some(envelope.subject), Some(envelope.sequence)));

    // And one that was never said, about something that nobody knows: whoever hears it is ahead of nobody's head.
    let (first, stored) = message_at(&teller.bus, 1).await;
    let strange = Envelope { subject: super::subject("nobody"), ..first };
    plant(&teller.bus, &strange, stored.body).await;
    wait("it is believed", async || hearer.heard().await == 101).await;
    let report = compared(&teller.bus).await;
    assert_eq!(told(&report), StreamCounts { messages: 101, differences: 2, ..altered });
    assert_eq!((report.differences, report.broken_chains, report.is_whole()), (0, 0, false));
    let found = &report.stream_findings[1];
    assert_eq!((found.fault, &found.subject), (StreamFault::NeverSaid, &Some(strange.subject)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stream_that_was_lost_had_is_older_and_what_it_never_got_is_told_apart() {
    let (mut nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    say(&teller, "before", 10).await;
    wait("it is heard", async || hearer.heard().await == 50).await;
    // From here on the journal alone has it.
    sqlx::query("delete from outbox").execute(&teller.pool).await.unwrap();
    nats.lose_storage().await.unwrap();
    wait("there is a stream again", async || {
        teller.bus.stream_facts(TELLER).await.is_ok_and(|f| f.is_some())
    })
    .await;
    let lost = StreamCounts { older: 50, ..StreamCounts::default() };
    assert_eq!(told(&compared(&teller.bus).await), lost);
    say(&teller, "after", 4).await;
    wait("it is heard", async || hearer.heard().await == 70).await;
    let grown = StreamCounts { messages: 20, ..lost };
    assert_eq!(told(&compared(&teller.bus).await), grown);

    // Never published, and no sequence is missing for it.
    for sql in [
        "create function lose_one() returns trigger language plpgsql as $$
         begin if new.position % 10 = 3 then return null; end if; return new; end $$",
        "create trigger lose_one before insert on outbox for each row execute function lose_one()",
    ] {
        sqlx::query(sql).execute(&teller.pool).await.unwrap();
    }
    say(&teller, "lossy", 4).await;
    wait("the journal is asked for it", async || hearer.heard().await == 90).await;
    let report = compared(&teller.bus).await;
    assert_eq!(told(&report), StreamCounts { messages: 38, unexplained: 2, ..grown });
    assert!(report.is_whole(), "a listener has asked for it: {report:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn comparing_while_work_goes_on_and_the_server_is_killed_finds_nothing() {
    let (mut nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    say(&teller, "first", 10).await;
    let (over, compared_often) = (tokio_util::sync::CancellationToken::new(), AtomicU64::new(0));
    let working = async {
        let mut rounds = 0;
        while rounds < 12 || compared_often.load(Ordering::Relaxed) < 3 {
            say(&teller, &format!("r{rounds}"), 10).await;
            if rounds % 4 == 3 {
                nats.crash().await.unwrap();
            }
            rounds += 1;
        }
        over.cancel();
        rounds
    };
    let comparing = async {
        while !over.is_cancelled() {
            let report = compared(&hearer.bus).await;
            assert_eq!(report.in_streams().differences, 0, "{report:#?}");
            compared_often.fetch_add(1, Ordering::Relaxed);
        }
    };
    let (rounds, ()) = tokio::join!(working, comparing);
    let events = 50 * (rounds + 1);
    assert_whole(&teller, &hearer, 5, events).await;
    wait("the stream has everything", async || {
        let told = told(&compared(&teller.bus).await);
        let lacking = told.older + told.in_holes + told.unexplained + told.on_the_way;
        lacking == 0 && told.messages - told.repeats == events
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_cannot_be_read_is_an_error_and_not_an_empty_one() {
    let (mut nats, said) = (nats().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    say(&teller, "a", 1).await;
    let bus = teller.bus.clone();
    nats.kill().await.unwrap();
    let hears = [(TELLER, &[][..]), (HEARER, &[TELLER][..])];
    assert!(reconcile(&bus, &hears, Duration::ZERO).await.is_err());
}
