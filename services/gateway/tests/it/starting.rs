//! The gateway as a process starts it, over real connections.

use std::time::Duration;

use runtime::config::{ServiceConfig, Sources, load_from};
use runtime::process::Process;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Edge;

fn config(edge: &Edge) -> ServiceConfig<gateway::config::GatewayConfig> {
    let said = [
        ("REDRESS__POSTGRES__URL", edge.database.url()),
        ("REDRESS__NATS__URL", edge.nats.url()),
        ("REDRESS__GATEWAY__ADDRESS", "127.0.0.1:0".to_owned()),
    ];
    let said = said.map(|(key, value)| (key.to_owned(), value)).into();
    load_from(gateway::PART, Sources { file: None, environment: Some(&said) }).unwrap()
}

#[tokio::test]
async fn it_starts_answers_and_stops_in_order() {
    let edge = Edge::start().await;
    let config = config(&edge);
    let process = Process::bare(&config.runtime);
    let address = gateway::start(&config, &process, std::sync::Arc::new(crate::Stage)).await.unwrap();
    assert!(process.health.readiness().await.ready);
    let mut connection = TcpStream::connect(address).await.unwrap();
    let asked = "GET /problems/not-found HTTP/1.1\r\nhost: localhost\r\n\r\n";
    connection.write_all(asked.as_bytes()).await.unwrap();
    let mut answer = vec![0; 8192];
    let read =
        tokio::time::timeout(Duration::from_secs(5), connection.read(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("not-found"), "{answer}");
    process.shutdown.ask();
    tokio::time::timeout(Duration::from_secs(10), process.finish()).await.expect("in time").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_cannot_be_configured_is_told_with_its_key() {
    let said = [
        ("REDRESS__GATEWAY__ADDRESS", "nowhere"),
        ("REDRESS__GATEWAY__JSON_MAX_BYTES", "1"),
        ("REDRESS__GATEWAY__ROLES__SHOP_CHIEF", "king"),
    ];
    let said = said.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let sources = Sources { file: None, environment: Some(&said) };
    let errors = load_from::<gateway::config::GatewayConfig>(gateway::PART, sources).unwrap_err();
    let wrong: Vec<_> = errors.findings().iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(wrong, ["gateway.address", "gateway.json_max_bytes", "gateway.roles"]);
}
