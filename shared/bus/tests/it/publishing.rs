use std::collections::BTreeSet;

use bus::{BusError, Outgoing, StreamLimits};
use bytes::Bytes;
use contracts::subjects;
use testkit::nats::RawStream;

use crate::{SOURCE, limits, message, publish, start};

#[tokio::test]
async fn streams_are_made_once_and_brought_to_what_is_asked_for() {
    let (nats, bus) = start().await;
    assert_eq!(bus.stream_facts(SOURCE).await.unwrap(), None);
    let made = bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    assert_eq!((made.messages, made.last_sequence, made.max_bytes), (0, 0, Some(64 << 20)));
    publish(&bus, 0..10).await;
    let again = bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    assert_eq!((again.created, again.messages, again.last_sequence), (made.created, 10, 10));
    assert!(again.bytes > 0);

    let wider = StreamLimits { event_max_bytes: 128 << 20, ..limits() };
    let changed = bus.ensure_event_stream(SOURCE, wider).await.unwrap();
    assert_eq!((changed.created, changed.max_bytes), (made.created, Some(128 << 20)));

    // Storage cannot be changed: an operator's stream of that name is reported, not used.
    let streams = nats.streams().await.unwrap();
    streams.delete_stream(subjects::event_stream(SOURCE)).await.unwrap();
    let by_hand = RawStream {
        name: subjects::event_stream(SOURCE),
        subjects: vec![subjects::events_of(SOURCE)],
        in_memory: true,
    };
    streams.create_stream(by_hand).await.unwrap();
    let error = bus.ensure_event_stream(SOURCE, limits()).await.unwrap_err();
    assert!(matches!(error, BusError::Failed { .. } | BusError::NotAsAsked { .. }), "{error:?}");
}

#[tokio::test]
async fn many_are_published_in_order_and_repeated_ones_are_known() {
    let (_nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    let outcomes = publish(&bus, 0..3000).await;
    for (number, outcome) in outcomes.iter().enumerate() {
        let published = outcome.as_ref().unwrap();
        assert_eq!((published.stream_sequence, published.duplicate), (number as u64 + 1, false));
    }
    let again = publish(&bus, 2990..3005).await;
    let known: Vec<_> = again.iter().map(|outcome| outcome.as_ref().unwrap().duplicate).collect();
    assert_eq!(known.iter().filter(|duplicate| **duplicate).count(), 10);
    assert_eq!(again[0].as_ref().unwrap().stream_sequence, 2991);
    assert_eq!(bus.stream_facts(SOURCE).await.unwrap().unwrap().last_sequence, 3005);
}

#[tokio::test]
async fn one_bad_message_fails_alone() {
    let (_nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    let huge = Outgoing { body: Bytes::from(vec![b'x'; bus.max_payload()]), ..message(1) };
    let stray = Outgoing { subject: subjects::event(contracts::ServiceName::Approval, "x"), ..message(3) };
    let sent = vec![message(0), huge, message(2), stray, message(4)];
    let outcomes = bus.publish(&subjects::event_stream(SOURCE), sent).await;
    assert!(matches!(outcomes[1], Err(BusError::TooLarge { .. })), "{:?}", outcomes[1]);
    assert!(matches!(outcomes[3], Err(BusError::NoSuchStream { .. })), "{:?}", outcomes[3]);
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok() && outcomes[4].is_ok());
}

#[tokio::test]
async fn a_full_submission_stream_refuses() {
    let (_nats, bus) = start().await;
    bus.ensure_submit_stream(limits()).await.unwrap();
    let submission = |number: usize| Outgoing { subject: subjects::submit("import"), ..message(number) };
    let outcomes = bus.publish(subjects::SUBMIT_STREAM, (0..5).map(submission).collect()).await;
    assert!(outcomes[..3].iter().all(Result::is_ok));
    assert!(outcomes[3..].iter().all(|outcome| *outcome == Err(BusError::Full)), "{outcomes:?}");
}

#[tokio::test]
async fn after_kills_in_the_middle_of_publishing_every_message_is_there_once_it_is_published_again() {
    let (mut nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    let publisher = tokio::spawn({
        let bus = bus.clone();
        async move {
            let mut open: BTreeSet<usize> = (0..4000).collect();
            while !open.is_empty() {
                let batch: Vec<usize> = open.iter().copied().take(400).collect();
                let messages = batch.iter().map(|number| message(*number)).collect();
                let outcomes = bus.publish(&subjects::event_stream(SOURCE), messages).await;
                for (number, outcome) in batch.iter().zip(outcomes) {
                    if outcome.is_ok() {
                        open.remove(number);
                    }
                }
            }
        }
    });
    for _ in 0..2 {
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        nats.crash().await.unwrap();
    }
    tokio::time::timeout(std::time::Duration::from_secs(60), publisher).await.unwrap().unwrap();
    let facts = bus.stream_facts(SOURCE).await.unwrap().unwrap();
    assert!(facts.messages >= 4000, "{facts:?}");
}
