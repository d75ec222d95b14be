use std::collections::BTreeSet;
use std::time::Duration;

use bus::{BusError, Listener, ListenerOptions};
use contracts::subjects;

use crate::{HEARER, SOURCE, all_acknowledged, fetch, limits, listener, publish, start};

fn ids(deliveries: &[bus::Delivery]) -> BTreeSet<String> {
    deliveries.iter().map(|delivery| delivery.headers.get("ce-id").unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_listener_hears_all_acknowledges_and_knows_its_lag() {
    let (_nats, bus) = start().await;
    let mut listener = listener(&bus);
    let missing = listener.fetch(10, Duration::from_millis(100)).await.unwrap_err();
    assert!(matches!(missing, BusError::NoSuchStream { .. }), "{missing:?}");
    let made = bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    publish(&bus, 0..1200).await;
    let deliveries = fetch(&mut listener, 1200).await;
    assert_eq!(deliveries.len(), 1200);
    assert_eq!(listener.stream_created(), Some(made.created));
    assert_eq!(deliveries[7].stream_sequence, 8);
    assert_eq!(deliveries[7].body.as_ref(), b"{\"number\":7}");
    assert_eq!(deliveries[7].subject, subjects::event(SOURCE, "complaint.registered"));

    let lag = listener.lag().await.unwrap();
    assert_eq!((lag.pending, lag.unacknowledged), (0, 1200));
    assert_eq!(lag.oldest, Some(deliveries[0].published));
    for delivery in deliveries {
        delivery.acknowledge.acknowledge().await.unwrap();
    }
    let lag = all_acknowledged(&listener).await;
    assert_eq!((lag.pending, lag.unacknowledged, lag.oldest), (0, 0, None));
    assert!(listener.fetch(10, Duration::from_millis(100)).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_and_replicas_share() {
    let (_nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    publish(&bus, 0..20).await;
    let mut options = ListenerOptions::events(HEARER, SOURCE);
    options.ack_wait = Duration::from_secs(1);
    let (mut one, mut other) =
        (Listener::new(bus.clone(), options.clone()), Listener::new(bus.clone(), options));
    let first = fetch(&mut one, 20).await;
    one.pause();
    for delivery in first.into_iter().take(15) {
        delivery.acknowledge.acknowledge().await.unwrap();
    }
    let again = fetch(&mut other, 5).await;
    assert_eq!(ids(&again), (15..20).map(|number| format!("id-{number}")).collect());
    assert!(again.iter().all(|delivery| delivery.deliveries == 2));
}

#[tokio::test]
async fn a_deleted_consumer_and_a_recreated_stream_are_heard_from_the_start() {
    let (nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    publish(&bus, 0..5).await;
    let mut listener = listener(&bus);
    assert_eq!(fetch(&mut listener, 5).await.len(), 5);
    let streams = nats.streams().await.unwrap();
    streams.delete_consumer(subjects::event_stream(SOURCE), subjects::durable(HEARER, SOURCE)).await.unwrap();
    assert_eq!(fetch(&mut listener, 5).await.len(), 5);

    let before = listener.stream_created().unwrap();
    streams.delete_stream(subjects::event_stream(SOURCE)).await.unwrap();
    let made = bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    assert_ne!(made.created, before);
    publish(&bus, 100..103).await;
    let deliveries = fetch(&mut listener, 3).await;
    assert_eq!(ids(&deliveries), (100..103).map(|number| format!("id-{number}")).collect());
    assert_eq!(listener.stream_created(), Some(made.created));
}

#[tokio::test]
async fn whoever_waits_for_messages_does_not_wait_on_a_connection_that_is_gone() {
    let (mut nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    let mut listener = listener(&bus);
    assert!(listener.fetch(10, Duration::from_millis(100)).await.unwrap().is_empty());
    let waiting = tokio::spawn(async move { listener.fetch(10, Duration::from_secs(60)).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    nats.crash().await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(15), waiting).await.unwrap().unwrap();
    assert!(ended.is_ok_and(|nothing| nothing.is_empty()));
}

#[tokio::test]
async fn a_listener_goes_on_after_a_crash_and_after_all_storage_was_lost() {
    let (mut nats, bus) = start().await;
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    publish(&bus, 0..5).await;
    let mut listener = listener(&bus);
    for delivery in fetch(&mut listener, 5).await {
        delivery.acknowledge.acknowledge().await.unwrap();
    }
    bus.flush().await.unwrap();
    nats.crash().await.unwrap();
    bus.flush().await.unwrap();
    publish(&bus, 5..8).await;
    // A crash may cost acknowledgements: what was handled comes again, and what is new comes as well.
    let mut heard = BTreeSet::new();
    while !(5..8).all(|number| heard.contains(&format!("id-{number}"))) {
        let deliveries = fetch(&mut listener, 1).await;
        assert!(!deliveries.is_empty(), "only {heard:?} came");
        heard.extend(ids(&deliveries));
    }

    nats.lose_storage().await.unwrap();
    bus.flush().await.unwrap();
    bus.ensure_event_stream(SOURCE, limits()).await.unwrap();
    publish(&bus, 200..202).await;
    let deliveries = fetch(&mut listener, 2).await;
    assert_eq!(ids(&deliveries), (200..202).map(|number| format!("id-{number}")).collect());
}
