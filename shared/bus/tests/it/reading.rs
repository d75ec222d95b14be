use bus::{Bus, BusError, Outgoing, StreamReader};
use bytes::Bytes;
use contracts::subjects;

use crate::{SOURCE, limits, message, publish, start};

/// The sequences of each batch between two sequences.
async fn batches(bus: &Bus, first: u64, last: u64) -> Vec<Vec<u64>> {
    let mut reader = StreamReader::new(bus.clone(), subjects::event_stream(SOURCE), first, last);
    let mut batches = Vec::new();
    loop {
        let batch = reader.read().await.unwrap();
        if batch.is_empty() {
            return batches;
        }
        batches.push(batch.iter().map(|stored| stored.stream_sequence).collect());
    }
}

#[tokio::test]
async fn a_stream_is_read_in_order_and_in_batches_up_to_its_end_and_over_its_holes() {
    let (nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    publish(&bus, 0..2500).await;
    let read = batches(&bus, 1, 2500).await;
    assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [1000, 1000, 500]);
    assert_eq!(read.concat(), (1..=2500).collect::<Vec<_>>());
    assert_eq!(batches(&bus, 998, 1002).await.concat(), [998, 999, 1000, 1001, 1002]);

    let streams = nats.streams().await.unwrap();
    for sequence in [1, 2, 1001, 2499, 2500] {
        streams.delete_message(subjects::event_stream(SOURCE), sequence).await.unwrap();
    }
    let left: Vec<u64> = (3..=2498).filter(|sequence| *sequence != 1001).collect();
    assert_eq!(batches(&bus, 1, 2500).await.concat(), left);
    assert!(batches(&bus, 2499, 2500).await.is_empty());
    // Nothing was made on the server for it.
    assert_eq!(streams.consumers(subjects::event_stream(SOURCE)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_message_is_read_as_it_was_published() {
    let (_nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    let mut sent = message(7);
    // What the server says of a message counts, not what a message says of itself.
    sent.headers.set("Nats-Sequence", "99");
    sent.headers.set("Nats-Subject", "elsewhere");
    let stream = subjects::event_stream(SOURCE);
    bus.publish(&stream, vec![sent.clone()]).await.remove(0).unwrap();
    let read = StreamReader::new(bus, stream, 1, 1).read().await.unwrap().remove(0);
    assert_eq!((read.stream_sequence, read.subject), (1, sent.subject));
    assert_eq!((read.headers.get("ce-id"), read.body), (Some("id-7"), sent.body));
}

#[tokio::test]
async fn large_messages_come_in_smaller_batches() {
    let (_nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    let large = |number| Outgoing { body: Bytes::from(vec![b'x'; 900_000]), ..message(number) };
    for number in 0..12 {
        bus.publish(&subjects::event_stream(SOURCE), vec![large(number)]).await.remove(0).unwrap();
    }
    let read = batches(&bus, 1, 12).await;
    assert!(read.len() > 1 && read.iter().all(|batch| batch.len() <= 6), "{read:?}");
    assert_eq!(read.concat(), (1..=12).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stream_that_is_not_there_is_named() {
    let (_nats, bus) = start().await;
    let read = StreamReader::new(bus, subjects::event_stream(SOURCE), 1, 1).read().await;
    assert!(matches!(read, Err(BusError::NoSuchStream { .. })), "{read:?}");
}
