use std::time::Duration;

use bus::{Bus, BusError, BusOptions, Connection};
use testkit::nats::TestNats;

use crate::{connect, start};

#[tokio::test]
async fn a_connection_comes_back_after_a_crash_and_tells_meanwhile() {
    let (mut nats, bus) = start().await;
    let mut connection = bus.connection();
    assert_eq!(*connection.borrow(), Connection::Up);
    nats.kill().await.unwrap();
    connection.wait_for(|state| *state == Connection::Down).await.unwrap();
    nats.restart().await.unwrap();
    connection.wait_for(|state| *state == Connection::Up).await.unwrap();
    bus.flush().await.unwrap();
    assert_eq!(bus.connects(), 2);
    bus.check_version().unwrap();
}

#[tokio::test]
async fn connecting_waits_for_a_server_that_is_late() {
    let mut nats = TestNats::start().await.unwrap();
    nats.kill().await.unwrap();
    let options = BusOptions::new(nats.url(), "late");
    let (bus, restarted) = tokio::join!(Bus::connect(options), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        nats.restart().await
    });
    restarted.unwrap();
    bus.unwrap().flush().await.unwrap();
}

#[tokio::test]
async fn a_server_that_never_comes_is_an_error_with_its_reason() {
    let port = embedded_free_port();
    let mut options = BusOptions::new(format!("nats://127.0.0.1:{port}"), "alone");
    options.connect_patience = Duration::from_millis(400);
    let error = Bus::connect(options).await.unwrap_err();
    assert!(matches!(error, BusError::Unreachable { .. }), "{error:?}");
    assert!(std::error::Error::source(&error).is_some());
    let options = BusOptions::new("not a url at all://", "alone");
    assert!(matches!(Bus::connect(options).await.unwrap_err(), BusError::Options(_)));
}

fn embedded_free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn a_wrong_password_is_an_error_and_a_right_one_is_not() {
    let nats =
        TestNats::start_with("authorization { users: [{ user: intake, password: right }] }").await.unwrap();
    let options = |password: &str| {
        let mut options =
            BusOptions::new(nats.url(), "intake").signed_in("intake", password.to_owned().into());
        options.connect_patience = Duration::from_millis(800);
        options
    };
    let error = Bus::connect(options("wrong")).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("authorization violation"), "{error:?}");
    Bus::connect(options("right")).await.unwrap().flush().await.unwrap();
}

#[tokio::test]
async fn closing_ends_the_connection() {
    let (nats, bus) = start().await;
    let other = connect(&nats).await;
    bus.close().await.unwrap();
    bus.connection().wait_for(|state| *state == Connection::Closed).await.unwrap();
    other.flush().await.unwrap();
}
