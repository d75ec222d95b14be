//! The rehearsal's clock over a real nats-server, with services that only keep timers.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bus::{Bus, BusOptions, Endpoint, Info};
use calendar::{Clock as _, VirtualClock};
use contracts::queries::QueryAnswer;
use contracts::{ServiceName, subjects};
use jiff::{SignedDuration, Timestamp};
use runtime::rehearsal::{self, Look, Moved, Rehearsable, RehearsalError, Standing};
use runtime::requests::{NoQueries, Queries as _};
use testkit::nats::TestNats;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(10);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A service that fires its timers when time has come, and notes what time it was.
#[derive(Default)]
struct Timers {
    set: Mutex<BTreeSet<Timestamp>>,
    fired: Mutex<Vec<(Timestamp, Timestamp)>>,
}

/// Answers how it stands, as a service's requests do.
async fn answer(bus: &Bus, service: ServiceName, clock: Arc<VirtualClock>, look: Look) {
    let queries = Rehearsable { own: NoQueries, rehearsal: Some((clock, look)) };
    let endpoints = queries.names().into_iter();
    let endpoints =
        endpoints.map(|name| Endpoint { name: name.into(), subject: subjects::query(service, name) });
    let info = Info {
        name: service.to_string(),
        version: "0.1.0".into(),
        description: "Timers".into(),
        queue_group: service.to_string(),
    };
    let mut requests = bus.serve(info, endpoints.collect()).await.unwrap();
    tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            let query = serde_json::from_slice(request.payload()).unwrap();
            let answer = QueryAnswer::from(queries.answer(rehearsal::QUERY, query).await);
            request.respond(serde_json::to_vec(&answer).unwrap().into()).await.unwrap();
        }
    });
}

async fn rehearse(nats: &TestNats, service: ServiceName, start: Timestamp, timers: Arc<Timers>) {
    let bus = Bus::connect(BusOptions::of(service, nats.url())).await.unwrap();
    let clock = Arc::new(VirtualClock::starting_at(start));
    let moved = Arc::new(Notify::new());
    let telling = moved.clone();
    let tell: Moved = Arc::new(move || telling.notify_waiters());
    let looked = timers.clone();
    let look: Look = Arc::new(move |now| {
        let timers = looked.clone();
        Box::pin(async move {
            let set = timers.set.lock().unwrap();
            let late = set.iter().filter(|due| **due <= now).count();
            Ok(Standing {
                busy: (late > 0).then(|| format!("{late} timers are due")).into_iter().collect(),
                earliest_due: set.first().copied(),
                handled: timers.fired.lock().unwrap().len() as u64,
            })
        })
    });
    let until = CancellationToken::new();
    let following = rehearsal::follow(&bus, service, clock.clone(), tell, until).await.unwrap();
    tokio::spawn(following);
    answer(&bus, service, clock.clone(), look).await;
    tokio::spawn(async move {
        loop {
            let told = moved.notified();
            let now = clock.now();
            loop {
                tokio::time::sleep(Duration::from_millis(3)).await;
                let mut set = timers.set.lock().unwrap();
                let Some(due) = set.first().copied().filter(|due| *due <= now) else { break };
                set.remove(&due);
                timers.fired.lock().unwrap().push((due, now));
            }
            told.await;
        }
    });
}

/// A settable clock for drills.
#[tokio::test]
async fn time_stops_at_every_timer_anywhere_and_ends_at_the_target() {
    let nats = TestNats::start().await.unwrap();
    let start = at("2026-03-02T01:00:00Z");
    let services = [ServiceName::Intake, ServiceName::Routing];
    let [one, other] = [Arc::new(Timers::default()), Arc::new(Timers::default())];
    let hour = |n: i64| start + SignedDuration::from_hours(n);
    one.set.lock().unwrap().extend([hour(1), hour(5), hour(50)]);
    other.set.lock().unwrap().extend([hour(2), hour(5)]);
    rehearse(&nats, services[0], start, one.clone()).await;
    rehearse(&nats, services[1], start, other.clone()).await;

    let coordinator = Bus::connect(BusOptions::new(nats.url(), "operator")).await.unwrap();
    let advance = rehearsal::advance_to(&coordinator, &services, hour(10), PATIENCE).await.unwrap();
    assert_eq!(advance.now, hour(10));
    assert_eq!(advance.steps, [hour(1), hour(2), hour(5), hour(10)]);
    assert_eq!(*one.fired.lock().unwrap(), [(hour(1), hour(1)), (hour(5), hour(5))]);
    assert_eq!(*other.fired.lock().unwrap(), [(hour(2), hour(2)), (hour(5), hour(5))]);

    let past = rehearsal::advance_to(&coordinator, &services, hour(9), PATIENCE).await.unwrap_err();
    assert!(matches!(past, RehearsalError::Past { .. }), "{past}");
}

#[tokio::test]
async fn services_that_started_apart_are_brought_together_first() {
    let nats = TestNats::start().await.unwrap();
    let services = [ServiceName::Intake, ServiceName::Routing];
    rehearse(&nats, services[0], at("2026-03-02T01:00:00Z"), Arc::default()).await;
    rehearse(&nats, services[1], at("2026-03-01T01:00:00Z"), Arc::default()).await;
    let coordinator = Bus::connect(BusOptions::new(nats.url(), "operator")).await.unwrap();
    let target = at("2026-03-02T03:00:00Z");
    let advance = rehearsal::advance_to(&coordinator, &services, target, PATIENCE).await.unwrap();
    assert_eq!(advance.steps, [at("2026-03-02T01:00:00Z"), target]);
    let standing = rehearsal::settle(&coordinator, &services, PATIENCE).await.unwrap();
    assert!(standing.iter().all(|status| status.now == target));
}

#[tokio::test]
async fn a_stack_that_stays_busy_or_silent_is_said_to_be_so() {
    let nats = TestNats::start().await.unwrap();
    let coordinator = Bus::connect(BusOptions::new(nats.url(), "operator")).await.unwrap();
    let services = [ServiceName::Intake];
    let silent = rehearsal::settle(&coordinator, &services, PATIENCE).await.unwrap_err();
    assert!(matches!(silent, RehearsalError::Silent { .. }), "{silent}");

    let bus = Bus::connect(BusOptions::of(services[0], nats.url())).await.unwrap();
    let clock = Arc::new(VirtualClock::starting_at(at("2026-03-02T01:00:00Z")));
    let look: Look =
        Arc::new(|_| Box::pin(async { Ok(Standing { busy: vec!["3 held".into()], ..Standing::default() }) }));
    answer(&bus, services[0], clock, look).await;
    let busy = rehearsal::settle(&coordinator, &services, Duration::from_millis(100)).await.unwrap_err();
    assert!(busy.to_string().contains("intake: 3 held"), "{busy}");
}
