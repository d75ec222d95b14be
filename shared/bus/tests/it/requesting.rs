use std::time::{Duration, Instant};

use bus::{Bus, BusError, Endpoint, Headers, Info, RequestError, Traceparent};
use bytes::Bytes;
use contracts::subjects;

use crate::{HEARER, connect, start};

const PATIENCE: Duration = Duration::from_secs(2);

async fn serve(bus: &Bus) -> bus::Requests {
    let info = Info {
        name: HEARER.to_string(),
        version: "0.1.0".into(),
        description: "Routes complaints".into(),
        queue_group: HEARER.to_string(),
    };
    let endpoint = |name: &str| Endpoint { name: name.into(), subject: subjects::query(HEARER, name) };
    bus.serve(info, vec![endpoint("heads"), endpoint("status")]).await.unwrap()
}

#[tokio::test]
async fn requests_are_answered_with_their_trace_and_found_by_the_services_api() {
    let (nats, bus) = start().await;
    let asker = connect(&nats).await;
    let mut requests = serve(&bus).await;
    let answering = tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            let trace = request.headers().trace().map_or_else(String::new, |trace| trace.as_str().to_owned());
            let answer = format!("{} {} {trace}", request.subject(), request.payload().len());
            request.respond(Bytes::from(answer)).await.unwrap();
        }
    });
    let trace = Traceparent::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").unwrap();
    let headers = Headers::default().with_trace(Some(&trace));
    let subject = subjects::query(HEARER, "heads");
    let answer = asker.request_with(&subject, headers, Bytes::from_static(b"{}"), PATIENCE).await.unwrap();
    assert_eq!(answer, format!("{subject} 2 {}", trace.as_str()));

    for (verb, expected) in
        [("PING", "ping_response"), ("INFO", "redress.query.routing.status"), ("STATS", "num_requests")]
    {
        let found = asker.request(&format!("$SRV.{verb}.routing"), Bytes::new(), PATIENCE).await.unwrap();
        let found = String::from_utf8(found.to_vec()).unwrap();
        assert!(found.contains(expected), "{verb}: {found}");
    }
    answering.abort();
}

#[tokio::test]
async fn no_answer_is_told_apart_from_nobody_there() {
    let (nats, bus) = start().await;
    let asker = connect(&nats).await;
    let subject = subjects::query(HEARER, "heads");
    let nobody = asker.request(&subject, Bytes::new(), PATIENCE).await.unwrap_err();
    assert!(matches!(nobody, RequestError::NoResponders { .. }) && nobody.nothing_was_done());
    let _silent = serve(&bus).await;
    let late = asker.request(&subject, Bytes::new(), Duration::from_millis(150)).await.unwrap_err();
    assert!(matches!(late, RequestError::Timeout { .. }) && !late.nothing_was_done());
    let large = Bytes::from(vec![b'x'; asker.max_payload() + 1]);
    let refused = asker.request(&subject, large, PATIENCE).await.unwrap_err();
    assert!(
        matches!(refused, RequestError::NotSent(BusError::TooLarge { .. })) && refused.nothing_was_done()
    );
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_an_error_and_another_may_be_given() {
    let (nats, bus) = start().await;
    let asker = connect(&nats).await;
    let mut requests = serve(&bus).await;
    let answering = tokio::spawn(async move {
        let request = requests.next().await.unwrap();
        let large = Bytes::from(vec![b'x'; request.max_answer() + 1]);
        assert!(matches!(request.respond(large).await, Err(BusError::TooLarge { .. })));
        request.respond(Bytes::from_static(b"too large")).await.unwrap();
    });
    let answer = asker.request(&subjects::query(HEARER, "heads"), Bytes::new(), PATIENCE).await.unwrap();
    assert_eq!(answer, "too large");
    answering.await.unwrap();
}

#[tokio::test]
async fn stopping_gives_out_what_had_come_and_takes_no_more() {
    let (nats, bus) = start().await;
    let asker = connect(&nats).await;
    let mut requests = serve(&bus).await;
    let subject = subjects::query(HEARER, "heads");
    let asking = tokio::spawn({
        let (asker, subject) = (asker.clone(), subject.clone());
        async move { asker.request(&subject, Bytes::new(), PATIENCE).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    requests.stop().await;
    let last = requests.next().await.expect("the one that had come");
    last.respond(Bytes::from_static(b"last")).await.unwrap();
    assert_eq!(asking.await.unwrap().unwrap(), "last");
    assert!(tokio::time::timeout(PATIENCE, requests.next()).await.unwrap().is_none());
    let nobody = asker.request(&subject, Bytes::new(), PATIENCE).await.unwrap_err();
    assert!(matches!(nobody, RequestError::NoResponders { .. }), "{nobody:?}");
}

#[tokio::test]
async fn a_server_that_dies_while_an_answer_is_awaited_is_told_in_time() {
    let (mut nats, bus) = start().await;
    let asker = connect(&nats).await;
    let _silent = serve(&bus).await;
    let subject = subjects::query(HEARER, "heads");
    let began = Instant::now();
    let (answer, killed) =
        tokio::join!(asker.request(&subject, Bytes::new(), PATIENCE), async { nats.kill().await });
    killed.unwrap();
    assert!(!answer.unwrap_err().nothing_was_done());
    assert!(began.elapsed() < PATIENCE + Duration::from_secs(1));
}

#[tokio::test]
async fn what_is_told_is_heard() {
    let (nats, bus) = start().await;
    let other = connect(&nats).await;
    let mut hearing = bus.hear(subjects::REHEARSAL_CLOCK).await.unwrap();
    bus.flush().await.unwrap();
    other.tell(subjects::REHEARSAL_CLOCK, Headers::default(), Bytes::from_static(b"move")).await.unwrap();
    assert_eq!(hearing.next().await.unwrap().1, "move");
}
