//! What a service keeps on its connections, and what it forgets in time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use calendar::{Clock as _, VirtualClock};
use contracts::ids::CommandId;
use contracts::{OrganisationId, ServiceName};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use journal::command::{self, Recorded};
use journal::{Migrator, migrate};
use runtime::config::RuntimeConfig;
use runtime::connect;
use runtime::housekeeping::Housekeeping;
use serde_json::json;
use testkit::proxy::{Proxy, local};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_command_is_remembered_for_a_week_and_then_forgotten() {
    let database = testkit::postgres().await.unwrap();
    let pool = database.pool(2).await.unwrap();
    migrate(&pool, &Migrator::DEFAULT).await.unwrap();
    let clock = Arc::new(VirtualClock::starting_at(Timestamp::from_second(1_741_312_800).unwrap()));
    let organisation = OrganisationId::new("huarun").unwrap();
    let recorded = |days: i64| Recorded {
        organisation: organisation.clone(),
        id: CommandId::new(format!("{days}-days")).unwrap(),
        verb: "do".into(),
        body_hash: [3; 32],
        answer: json!({}),
        version: 1,
        at: clock.now() - SignedDuration::from_hours(24 * days),
    };
    let commands = [recorded(0), recorded(6), recorded(8), recorded(80)];
    command::record(&mut pool.acquire().await.unwrap(), &commands).await.unwrap();

    let mut config = RuntimeConfig::documented().unwrap().housekeeping;
    config.every = Duration::from_millis(20);
    let house =
        Housekeeping { service: ServiceName::Intake, pool: pool.clone(), clock: clock.clone(), config };
    let until = CancellationToken::new();
    let keeping = tokio::spawn(house.run(until.clone()));
    let left = async || {
        let ids = commands.iter().map(|command| (&organisation, &command.id)).collect::<Vec<_>>();
        command::load(&pool, &ids).await.unwrap().len()
    };
    for (days, expected) in [(0, 2), (2, 1), (7, 0)] {
        clock.advance_to(clock.now() + SignedDuration::from_hours(24 * days)).unwrap();
        for _ in 0..200 {
            if left().await == expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(left().await, expected);
    }
    until.cancel();
    keeping.await.unwrap().unwrap();
}

/// The connections of a pool share a wire, so one that does not answer tells of all of them.
#[tokio::test]
async fn a_pool_of_deaf_connections_is_given_up_at_the_first() {
    const CONNECTIONS: usize = 8;
    let database = testkit::postgres().await.unwrap();
    let options = database.options().unwrap();
    let wire = Proxy::start(local(options.get_port())).await.unwrap();
    let mut config = RuntimeConfig::documented().unwrap().postgres;
    let port = |port: u16| format!("127.0.0.1:{port}/");
    config.url = database.url().replace(&port(options.get_port()), &port(wire.port())).into();
    let pool = connect::postgres(&config, "intake").await.unwrap();
    let all = join_all((0..CONNECTIONS).map(|_| pool.acquire())).await;
    drop(all);
    while pool.num_idle() < CONNECTIONS {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(wire.connections() >= CONNECTIONS);
    wire.strand();
    let begun = Instant::now();
    for _ in 0..CONNECTIONS {
        sqlx::query("select 1").execute(&pool).await.unwrap();
    }
    // One that does not answer is waited for two seconds; all of them, one by one, would be sixteen.
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
}

/// A machine that dies must not keep its locks for as long as TCP would wait for it.
#[tokio::test]
async fn the_server_notices_a_dead_client() {
    let database = testkit::postgres().await.unwrap();
    let mut config = RuntimeConfig::documented().unwrap().postgres;
    config.url = database.url().into();
    let pool = connect::postgres(&config, "intake").await.unwrap();
    let setting = async |name: &'static str| -> String {
        sqlx::query_scalar("select current_setting($1)").bind(name).fetch_one(&pool).await.unwrap()
    };
    assert_eq!(setting("idle_in_transaction_session_timeout").await, "15s");
    assert_eq!(setting("tcp_keepalives_idle").await, "10");
    assert_eq!(setting("tcp_keepalives_count").await, "3");
    assert_eq!(setting("tcp_user_timeout").await, "20000");
}
