use std::sync::Arc;
use std::time::Duration;

use calendar::VirtualClock;
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusBuilder;
use runtime::metrics as names;
use runtime::sampler::Sampler;

use super::{HEARER, HEARS, Node, TELLER, TELLS, database, nats, setup, wait};
use crate::scraped::value;

// On one thread: a recorder that is set for a thread hears nothing of the others.
#[tokio::test(flavor = "current_thread")]
async fn lag_and_age_of_the_oldest_message_grow_while_nobody_hears_and_end_when_it_is_heard() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let shown = recorder.handle();
    let _recorder = metrics::set_default_local_recorder(&recorder);
    let (nats, said, heard) = (nats().await, database().await, database().await);
    let teller = Node::start(setup(TELLS), &said, &nats).await;
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    let sampler = Sampler {
        service: HEARER,
        pool: heard.pool(1).await.unwrap(),
        bus: teller.bus.clone(),
        // The stream knows nothing of business time.
        clock: Arc::new(VirtualClock::starting_at(Timestamp::UNIX_EPOCH)),
        sources: HEARS.sources,
    };
    let look = async || {
        sampler.take().await;
        let (text, labels) = (shown.render(), [("service", HEARER.as_str()), ("source", TELLER.as_str())]);
        (value(&text, names::LAG, &labels).unwrap(), value(&text, names::LAG_AGE, &labels).unwrap())
    };
    teller.say("a", "1", 1).await;
    wait("it is heard", async || hearer.heard().await == 1).await;
    wait("it is acknowledged", async || look().await == (0.0, 0.0)).await;
    hearer.stop().await;

    teller.say("a", "2", 3).await;
    teller.until_published().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let (lag, age) = look().await;
    assert_eq!(lag, 3.0);
    assert!((1.0..60.0).contains(&age), "the oldest is {age} s old");
    let hearer = Node::start(setup(HEARS), &heard, &nats).await;
    wait("all is heard", async || look().await == (0.0, 0.0)).await;
    assert_eq!(hearer.heard().await, 4);
    teller.stop().await;
    hearer.stop().await;
}
