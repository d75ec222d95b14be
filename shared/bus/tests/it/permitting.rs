use std::time::{Duration, Instant};

use bus::{
    Bus, BusError, BusOptions, Listener, ListenerOptions, RequestError, permissions_of_gateway,
    permissions_of_service,
};
use bytes::Bytes;
use contracts::{ServiceName, subjects};
use testkit::nats::TestNats;

use crate::{HEARER, SOURCE, all_acknowledged, fetch, limits, message, publish};

async fn server() -> TestNats {
    let user = |name: &str, permissions: &bus::Permissions| {
        format!("{{ user: {name}, password: {name}, permissions: {} }}", permissions.to_config())
    };
    let users = [
        user("intake", &permissions_of_service(SOURCE, &[HEARER])),
        user("routing", &permissions_of_service(HEARER, &[SOURCE])),
        user("gateway", &permissions_of_gateway()),
    ];
    TestNats::start_with(&format!("authorization {{ users: [{}] }}", users.join(",\n"))).await.unwrap()
}

async fn connect(nats: &TestNats, name: &str) -> Bus {
    Bus::connect(BusOptions::new(nats.url(), name).signed_in(name, name.to_owned().into())).await.unwrap()
}

#[tokio::test]
async fn each_user_can_do_its_work() {
    let nats = server().await;
    let (intake, routing, gateway) =
        (connect(&nats, "intake").await, connect(&nats, "routing").await, connect(&nats, "gateway").await);
    intake.ensure_event_stream(SOURCE, limits()).await.unwrap();
    intake
        .ensure_event_stream(SOURCE, bus::StreamLimits { event_max_bytes: 1 << 20, ..limits() })
        .await
        .unwrap();
    intake.ensure_submit_stream(limits()).await.unwrap();
    assert!(publish(&intake, 0..3).await.iter().all(Result::is_ok));
    let mut listener = Listener::new(routing.clone(), ListenerOptions::events(HEARER, SOURCE));
    let deliveries = fetch(&mut listener, 3).await;
    assert_eq!(listener.lag().await.unwrap().oldest, Some(deliveries[0].published));
    for delivery in deliveries {
        delivery.acknowledge.acknowledge().await.unwrap();
    }
    assert_eq!(all_acknowledged(&listener).await.unacknowledged, 0);

    let info = bus::Info {
        name: "routing".into(),
        version: "0.1.0".into(),
        description: String::new(),
        queue_group: "routing".into(),
    };
    let endpoints = ["heads", "status"]
        .map(|name| bus::Endpoint { name: name.into(), subject: subjects::query(HEARER, name) });
    let mut requests = routing.serve(info, endpoints.to_vec()).await.unwrap();
    let answering = tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            request.respond(Bytes::from_static(b"yes")).await.unwrap();
        }
    });
    for (asker, name) in [(&gateway, "status"), (&intake, "heads")] {
        let answer =
            asker.request(&subjects::query(HEARER, name), Bytes::new(), Duration::from_secs(2)).await;
        assert_eq!(answer.unwrap(), "yes");
    }
    gateway.request("$SRV.PING", Bytes::new(), Duration::from_secs(2)).await.unwrap();
    answering.abort();
    assert_eq!((intake.refusals(), routing.refusals(), gateway.refusals()), (0, 0, 0));
}

#[tokio::test]
async fn what_is_not_its_own_is_refused_and_told_at_once() {
    let nats = server().await;
    let (intake, routing) = (connect(&nats, "intake").await, connect(&nats, "routing").await);
    let began = Instant::now();
    let stream = routing.ensure_event_stream(SOURCE, limits()).await;
    assert!(matches!(stream, Err(BusError::NotPermitted { .. })), "{stream:?}");
    intake.ensure_event_stream(SOURCE, limits()).await.unwrap();
    let outcomes = routing.publish(&subjects::event_stream(SOURCE), vec![message(1)]).await;
    assert!(matches!(outcomes[0], Err(BusError::NotPermitted { .. })), "{outcomes:?}");
    let order = subjects::command(ServiceName::Approval, "decide");
    let asked = routing.request(&order, Bytes::new(), Duration::from_secs(4)).await;
    assert!(matches!(asked, Err(RequestError::NotSent(BusError::NotPermitted { .. }))), "{asked:?}");
    let other = ListenerOptions { durable: "another".into(), ..ListenerOptions::events(HEARER, SOURCE) };
    let heard = Listener::new(routing.clone(), other).fetch(1, Duration::from_millis(100)).await;
    assert!(matches!(heard, Err(BusError::NotPermitted { .. })), "{heard:?}");
    assert!(began.elapsed() < Duration::from_secs(4), "refusals are told at once");
    assert_eq!(routing.refusals(), 4);
    assert_eq!(intake.refusals(), 0);
}
